// Runs inside the workflow sandbox.
import { ApplicationFailure, condition, log, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { DecisionClaim } from '../contracts/decision-claim.ts';
import { jsonFaults } from '../contracts/json-faults.ts';
import { ASK_DEFAULTS, CLAIM_ACTIVITY, REMINDER } from '../contracts/names.ts';
import { questionFault } from '../contracts/question-fault.ts';
import { redact } from '../contracts/redact.ts';
import type { DecisionMessage, PendingApproval, Question } from '../contracts/run-messages.ts';
import { engineQueue } from './engine-queue.ts';
import { decideSignal, decideUpdate, DESCRIPTIONS } from './messages.ts';
import type { RunEvents } from './run-events.ts';
import { summaryOf } from './summary-of.ts';

type Options = {
  events: RunEvents;
  generation: number;
  userId: string;
  /** Decisions of earlier parts of the run. */
  decided: DecisionMessage[];
  /** Told after every change. */
  changed: () => void;
  /** Whether the run has ended: nothing is decided any more. */
  isOver: () => boolean;
};

/** A question that is open. */
type Asked = {
  shown: PendingApproval;
  /** What is being claimed: the first message that came, or the expiry. Whatever comes after it has lost. */
  answer?: DecisionMessage;
  /** Settles with the answer that stands; rejects where the question is withdrawn. */
  settled: PromiseWithResolvers<DecisionMessage>;
};

/** `who` is told apart from people: nobody decided in time. */
const EXPIRY = 'expiry';

function remindsBefore({ remindMs, expiresMs = ASK_DEFAULTS.expiresMs }: Question): number {
  const byDefault = expiresMs < REMINDER.fromMs ? 0 : Math.min(expiresMs * REMINDER.share, REMINDER.mostMs);
  const wished = Math.round(remindMs ?? byDefault);
  // One that is due at once would only repeat the question.
  return wished > 0 && wished < expiresMs ? wished : 0;
}

function refused(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'InvalidInput');
}

const decidedBefore = ({ approval_id, decision, by }: DecisionMessage) =>
  `${approval_id} was decided before: ${decision}, by ${by}`;

const isSame = (a: DecisionMessage, b: DecisionMessage) =>
  [a, b]
    .map(({ decision, by, comment, data }) => JSON.stringify([decision, by, comment ?? null, data ?? null]))
    .every((text, _, [first]) => text === first);

/** The store answers when it can: tried again until the run is out of time or cancelled. */
function claim(decision: Omit<DecisionClaim, 'at' | 'workflow_id'>): Promise<DecisionMessage> {
  const activities = proxyActivities<{ [CLAIM_ACTIVITY](claim: DecisionClaim): Promise<DecisionMessage> }>({
    taskQueue: engineQueue(),
    summary: summaryOf('answer to', decision.approval_id),
    startToCloseTimeout: 10_000,
    retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 2_000 },
  });
  const { workflowId: workflow_id } = workflowInfo();
  return activities[CLAIM_ACTIVITY]({ ...decision, workflow_id, at: new Date().toISOString() });
}

/**
 * Questions to the run's user and message `decide`. The first decision on a question wins. From version 2 on that is the
 * first in the store, where a person's decision is recorded before its message is sent, and where an expiry has to be
 * recorded as well before it counts.
 */
export function createApprovals({ events, generation, userId, decided: earlier, changed, isOver }: Options) {
  const pending = new Map<string, Asked>();
  const decided = new Map(earlier.map((decision) => [decision.approval_id, decision]));
  const claims = events.engine > 1;

  function refusal({ approval_id, decision, by }: Partial<DecisionMessage>): string | undefined {
    if (claims && isOver()) return 'the run has ended';
    if (!approval_id || !decision || !by) return 'decide needs approval_id, decision and by';
    const first = decided.get(approval_id);
    if (first) return decidedBefore(first);
    const question = pending.get(approval_id)?.shown;
    if (!question) return `this run asks nothing named ${approval_id}`;
    if (question.options.includes(decision)) return undefined;
    return `${decision} is not an option of ${approval_id}; choose one of: ${question.options.join(', ')}`;
  }

  function settle(message: DecisionMessage): DecisionMessage {
    const { approval_id } = message;
    decided.set(approval_id, message);
    pending.get(approval_id)?.settled.resolve(message);
    pending.delete(approval_id);
    events.emit('approval_decided', message);
    changed();
    return message;
  }

  /** Hands a message to whoever asked; gives the answer that stands in the end. */
  async function answer(message: DecisionMessage): Promise<DecisionMessage> {
    const asked = pending.get(message.approval_id) as Asked;
    asked.answer ??= message;
    const stands = await asked.settled.promise;
    if (isSame(stands, message)) return stands;
    throw refused(decidedBefore(stands));
  }

  const described = { description: DESCRIPTIONS.decide };
  setHandler(
    decideSignal,
    (message) => {
      const why = refusal(message ?? {});
      if (why) log.warn('a decision was ignored', { refused: why });
      else if (claims)
        void answer(message).catch((error: unknown) => log.warn('a decision lost', { refused: String(error) }));
      else settle(message);
    },
    described,
  );
  setHandler(decideUpdate, claims ? answer : settle, {
    ...described,
    validator(message) {
      const why = refusal(message ?? {});
      if (why) throw refused(why);
    },
  });

  /** The answer that stands, once there is a message or the time is over. */
  async function answerTo(asked: Asked, onExpiry: string): Promise<DecisionMessage> {
    asked.answer ??= { approval_id: asked.shown.approval_id, decision: onExpiry, by: EXPIRY };
    return settle(await claim({ ...asked.answer, user_id: userId }));
  }

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
      throw refused(`question ${approval_id}: its id must be unique in the run, and onExpiry one of its options`);
    }
    const unclear = claims ? questionFault(question) : undefined;
    if (unclear) throw refused(`question ${approval_id}: ${unclear}`);
    const [fault] = claims ? jsonFaults(question, ['question']) : [];
    if (fault) throw refused(`question ${approval_id} is not JSON: ${fault.path}: ${fault.message}`);
    const expires_at = new Date(Date.now() + expiresMs).toISOString();
    const about = { question: redact(question.question), options, expires_at, on_expiry: onExpiry };
    const asked: Asked = {
      shown: { approval_id, ...about, asked_by: askedBy },
      settled: Promise.withResolvers<DecisionMessage>(),
    };
    // Mostly nobody waits for it.
    asked.settled.promise.catch(() => undefined);
    pending.set(approval_id, asked);
    events.emit('approval_requested', asked.shown);
    changed();
    try {
      const isAnswered = () => asked.answer !== undefined || decided.has(approval_id);
      const expiry = { summary: summaryOf('question expires:', approval_id) };
      const remindMs = remindsBefore(question);
      if (remindMs > 0) {
        const reminder = { summary: summaryOf('reminder of question:', approval_id) };
        if (!(await condition(isAnswered, expiresMs - remindMs, reminder))) {
          events.emit('approval_requested', { ...asked.shown, reminder: true });
          changed();
        }
      }
      if (!isAnswered()) await condition(isAnswered, remindMs || expiresMs, expiry);
      if (claims) return await answerTo(asked, onExpiry);
      return decided.get(approval_id) ?? settle({ approval_id, decision: onExpiry, by: EXPIRY });
    } finally {
      pending.delete(approval_id);
      asked.settled.reject(refused(`the run asks ${approval_id} no more`));
    }
  }

  return {
    ask,
    pending: () => [...pending.values()].map(({ shown }) => shown),
    decided: () => [...decided.values()],
  };
}

export type Approvals = ReturnType<typeof createApprovals>;
