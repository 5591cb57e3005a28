// Runs inside the workflow sandbox.
import { ApplicationFailure, condition, log, setHandler } from '@temporalio/workflow';
import { ASK_DEFAULTS, REMINDER } from '../contracts/names.ts';
import type { DecisionMessage, PendingApproval, Question } from '../contracts/run-messages.ts';
import { decideSignal, decideUpdate, DESCRIPTIONS } from './messages.ts';
import type { RunEvents } from './run-events.ts';
import { summaryOf } from './summary-of.ts';

type Options = {
  events: RunEvents;
  generation: number;
  /** Decisions of earlier parts of the run. */
  decided: DecisionMessage[];
  /** Told after every change. */
  changed: () => void;
};

/** `who` is told apart from people: nobody decided in time. */
const EXPIRY = 'expiry';

function remindsBefore({ remindMs, expiresMs = ASK_DEFAULTS.expiresMs }: Question): number {
  const byDefault = expiresMs < REMINDER.fromMs ? 0 : Math.min(expiresMs * REMINDER.share, REMINDER.mostMs);
  const wished = Math.round(remindMs ?? byDefault);
  // One that is due at once would only repeat the question.
  return wished > 0 && wished < expiresMs ? wished : 0;
}

/** Questions to the run's user and message `decide`. The first decision on a question wins. */
export function createApprovals({ events, generation, decided: earlier, changed }: Options) {
  const pending = new Map<string, PendingApproval>();
  const decided = new Map(earlier.map((decision) => [decision.approval_id, decision]));

  function refusal({ approval_id, decision, by }: Partial<DecisionMessage>): string | undefined {
    if (!approval_id || !decision || !by) return 'decide needs approval_id, decision and by';
    const first = decided.get(approval_id);
    if (first) return `${approval_id} was decided before: ${first.decision}, by ${first.by}`;
    const question = pending.get(approval_id);
    if (!question) return `this run asks nothing named ${approval_id}`;
    if (question.options.includes(decision)) return undefined;
    return `${decision} is not an option of ${approval_id}; choose one of: ${question.options.join(', ')}`;
  }

  function settle(message: DecisionMessage): DecisionMessage {
    decided.set(message.approval_id, message);
    pending.delete(message.approval_id);
    events.emit('approval_decided', message);
    changed();
    return message;
  }

  const described = { description: DESCRIPTIONS.decide };
  setHandler(
    decideSignal,
    (message) => {
      const refused = refusal(message ?? {});
      if (refused) log.warn('a decision was ignored', { refused });
      else settle(message);
    },
    described,
  );
  setHandler(decideUpdate, settle, {
    ...described,
    validator(message) {
      const refused = refusal(message ?? {});
      if (refused) throw ApplicationFailure.create({ type: 'InvalidInput', message: refused, nonRetryable: true });
    },
  });

  /**
   * Asks the user and waits, holding nothing, until somebody decides or the question expires; reminds once before.
   *
   * @throws CancelledFailure when the run is cancelled or out of time
   */
  async function ask(question: Question, askedBy: string | null = null): Promise<DecisionMessage> {
    const { options = [...ASK_DEFAULTS.options], expiresMs = ASK_DEFAULTS.expiresMs } = question;
    const onExpiry = question.onExpiry ?? (options.at(-1) as string);
    const id = question.id ?? `approval-${decided.size + pending.size + 1}`;
    // A run that is started again asks anew: an old decision must not answer the new question.
    const approval_id = generation === 0 ? id : `${id}.${generation}`;
    if (!options.includes(onExpiry) || decided.has(approval_id) || pending.has(approval_id)) {
      const message = `question ${approval_id}: its id must be unique in the run, and onExpiry one of its options`;
      throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
    }
    const expires_at = new Date(Date.now() + expiresMs).toISOString();
    const about = { question: question.question, options, expires_at, on_expiry: onExpiry };
    const asked = { approval_id, ...about, asked_by: askedBy };
    pending.set(approval_id, asked);
    events.emit('approval_requested', asked);
    changed();
    try {
      const isDecided = () => decided.has(approval_id);
      const expiry = { summary: summaryOf('question expires:', approval_id) };
      const remindMs = remindsBefore(question);
      if (remindMs > 0) {
        const reminder = { summary: summaryOf('reminder of question:', approval_id) };
        if (!(await condition(isDecided, expiresMs - remindMs, reminder))) {
          events.emit('approval_requested', { ...asked, reminder: true });
          changed();
        }
      }
      if (!isDecided()) await condition(isDecided, remindMs || expiresMs, expiry);
      return decided.get(approval_id) ?? settle({ approval_id, decision: onExpiry, by: EXPIRY });
    } finally {
      pending.delete(approval_id);
    }
  }

  return { ask, pending: () => [...pending.values()], decided: () => [...decided.values()] };
}

export type Approvals = ReturnType<typeof createApprovals>;
