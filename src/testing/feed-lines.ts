import type { NewEvent } from '../contracts/event.ts';
import { withoutOverruled } from './without-overruled.ts';

/** Kinds of lines, each with the form of its lines. Ends of agents are compared always, others where they are expected. */
const KINDS = {
  run_end: /^run (completed|completed with errors|insufficient data|cancelled|timed out|terminated|failed( \S+)?)$/,
  run: /^run (started|paused|resumed|restarted|stalled|recovered)( \S+)?$/,
  approval: /^approval (requested|decided)( .+)?$/,
  tool: /^(\S+ )?tool \S+ (completed|failed|from receipt)$/,
  operator: /^operator( \S+)?$/,
  dropped: /^events dropped$/,
  queued: /^\S+ queued( \S+)?$/,
  started: /^\S+ started$/,
  thinks: /^\S+ thinks( ".*")?$/s,
  retried: /^\S+ retried( \S+)?$/,
  end: /^\S+ (completed|failed( \S+)?|died( \S+)?|cancelled( \S+)?)$/,
  cancelling: /^\S+ cancelling( \S+)?$/,
  skipped: /^\S+ skipped$/,
  undone: /^\S+ (not )?undone$/,
} as const;

export type LineKind = keyof typeof KINDS;

export type FeedLine = {
  kind: LineKind;
  /** With every detail, as it is shown. */
  line: string;
  /** All that may be said for it: by step, agent or `agent_run`, with and without detail. */
  forms: string[];
  /** What went wrong, in the words of the failure. */
  note?: string;
};

/**
 * Kind of a line that is expected.
 *
 * @throws TypeError when no event of a feed is told like this
 */
export function kindOfLine(line: string): LineKind {
  const found = (Object.keys(KINDS) as LineKind[]).find((kind) => KINDS[kind].test(line));
  if (found) return found;
  const known =
    '"<step or agent> completed|failed|died|cancelled|retried|started|queued|skipped|undone", "<step> thinks \\"…\\"", ' +
    '"tool <name> completed|failed|from receipt", "run started|completed|failed|…", "approval requested|decided <option>"';
  throw new TypeError(`"${line}" is no line of a feed; there are ${known}`);
}

type Told = { kind: LineKind; subjects?: string[]; says: string; detail?: string | undefined; note?: string };

function subjectsOf({ step, agent, agent_run }: NewEvent): string[] {
  return [step, agent, agent_run].filter((name) => name !== null);
}

function told(event: NewEvent): Told | undefined {
  const subjects = subjectsOf(event);
  switch (event.type) {
    case 'agent_queued':
      return { kind: 'queued', subjects, says: 'queued', detail: event.payload.reason };
    case 'agent_started':
      return { kind: 'started', subjects, says: 'started' };
    case 'agent_thinking':
      return { kind: 'thinks', subjects, says: 'thinks', detail: JSON.stringify(event.payload.reasoning) };
    case 'tool_completed': {
      const { tool_name, success, error, from_receipt } = event.payload;
      const how = success ? (from_receipt ? 'from receipt' : 'completed') : 'failed';
      return { kind: 'tool', subjects: ['', ...subjects], says: `tool ${tool_name} ${how}`, note: error?.message };
    }
    case 'agent_retrying': {
      const { type, message } = event.payload.error;
      return { kind: 'retried', subjects, says: 'retried', detail: type, note: message };
    }
    case 'agent_completed':
      return { kind: 'end', subjects, says: 'completed' };
    case 'agent_error': {
      const { type, message } = event.payload.error;
      return { kind: 'end', subjects, says: 'failed', detail: type, note: message };
    }
    case 'agent_death':
      return { kind: 'end', subjects, says: 'died', detail: event.payload.reason, note: event.payload.message };
    case 'agent_cancelled': {
      const { outcome } = event.payload;
      return { kind: 'end', subjects, says: 'cancelled', detail: outcome === 'abandoned' ? outcome : undefined };
    }
    case 'agent_cancelling':
      return { kind: 'cancelling', subjects, says: 'cancelling', detail: event.payload.stage };
    case 'step_skipped': {
      const { agent = '', reason } = event.payload;
      return {
        kind: 'skipped',
        subjects: [...new Set([...subjects, agent])].filter(Boolean),
        says: 'skipped',
        note: reason,
      };
    }
    case 'compensation_completed': {
      const { of, step, agent, success, error } = event.payload;
      const undone = [step, of, agent].filter((name) => typeof name === 'string');
      return { kind: 'undone', subjects: undone, says: success ? 'undone' : 'not undone', note: error?.message };
    }
    case 'approval_requested':
      return {
        kind: 'approval',
        says: 'approval requested',
        detail: event.payload.approval_id,
        note: event.payload.question,
      };
    case 'approval_decided':
      return { kind: 'approval', says: 'approval decided', detail: event.payload.decision };
    case 'run_completed':
    case 'run_failed':
    case 'run_cancelled': {
      const { status, error } = event.payload;
      const says = `run ${status.replaceAll('_', ' ')}`;
      return { kind: 'run_end', says, detail: status === 'failed' ? error?.type : undefined, note: error?.message };
    }
    case 'run_started':
    case 'run_paused':
    case 'run_resumed':
    case 'run_restarted':
    case 'run_recovered':
      return { kind: 'run', says: event.type.replace('_', ' ') };
    case 'run_stalled':
      return { kind: 'run', says: 'run stalled', detail: event.payload.reason };
    case 'operator_action':
      return { kind: 'operator', says: 'operator', detail: event.payload.action };
    case 'events_dropped':
      return { kind: 'dropped', says: 'events dropped' };
    default:
      return undefined;
  }
}

function toLine({ kind, subjects = [''], says, detail, note }: Told): FeedLine {
  const variants = detail === undefined ? [says] : [`${says} ${detail}`, says];
  const forms = subjects.flatMap((subject) => variants.map((variant) => `${subject} ${variant}`.trim()));
  return { kind, line: forms[0] as string, forms, note };
}

/** What a user was told, one line for each thing that happened. */
export function feedLines(events: readonly NewEvent[]): FeedLine[] {
  return withoutOverruled(events).flatMap((event) => {
    const what = told(event);
    return what ? [toLine(what)] : [];
  });
}
