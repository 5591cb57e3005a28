import type { BatonEvent } from '../../contracts/event.ts';
import { execOrder } from '../../contracts/exec-order.ts';
import { foldAgent, plannedAgent } from '../fold-agent.ts';
import type { FoldedAgent } from '../folded.ts';
import { timesOf, type Tally } from './tally.ts';

/** One execution of an agent in a run that has not ended: until then its workflow may still overrule how it ended. */
export type Execution = {
  shown: FoldedAgent;
  /** First start, in milliseconds since 1970. */
  startedAt: number | null;
  waitMs: number | null;
  retried: boolean;
  compensated: boolean;
  /** Its question waits for an answer, and nothing is at work. */
  asks: boolean;
};

const AT_WORK: readonly FoldedAgent['state'][] = ['running', 'retrying', 'cancelling'];

export function isAtWork({ shown, asks }: Execution): boolean {
  return !asks && AT_WORK.includes(shown.state);
}

export function newExecution(agent: string): Execution {
  return { shown: plannedAgent(agent), startedAt: null, waitMs: null, retried: false, compensated: false, asks: false };
}

/** Events written before `queue_ms` was told have the time of scheduling in their `exec`. */
function waitOf(event: Extract<BatonEvent, { type: 'agent_started' }>): number | null {
  if (event.payload.queue_ms !== undefined) return event.payload.queue_ms;
  const order = execOrder(event);
  return order ? Math.max(0, Date.parse(event.at) - order.scheduled) : null;
}

/** Folds an event of the agent's lifecycle into its execution. */
export function foldExecution(execution: Execution, event: BatonEvent): Execution {
  const shown = foldAgent(execution.shown, event);
  if (shown === execution.shown) return execution;
  const retried = execution.retried || shown.attempt > 1;
  const asks = execution.asks && event.type !== 'agent_started' && shown.ended_at === null;
  const folded = { ...execution, shown, retried, asks };
  if (event.type !== 'agent_started' || execution.startedAt !== null) return folded;
  return { ...folded, startedAt: Date.parse(event.at), waitMs: waitOf(event) };
}

/** First start to end in milliseconds; null for what never began or has not ended. */
export function spanOf({ shown, startedAt }: Execution): { start: number; end: number } | null {
  if (startedAt === null || shown.ended_at === null) return null;
  // The workflow's clock, which may tell the end, is not that of the agent's machine.
  return { start: startedAt, end: Math.max(startedAt, Date.parse(shown.ended_at)) };
}

/** What an execution adds to the figures. One that is only queued adds nothing yet. */
export function tallyOf(execution: Execution): Tally {
  const { shown, retried, compensated, startedAt, waitMs } = execution;
  const { state, error } = shown;
  const heard = startedAt !== null || shown.ended_at !== null || isAtWork(execution);
  const timeout = state === 'dead' && error?.type === 'AgentTimeout';
  const span = spanOf(execution);
  return {
    total: Number(heard),
    completed: Number(state === 'completed'),
    failed: Number(state === 'failed' || state === 'dead'),
    timeout: Number(timeout),
    dead: Number(state === 'dead' && !timeout),
    cancelled: Number(state === 'cancelled'),
    retried: Number(heard && retried),
    compensated: Number(compensated),
    running: Number(isAtWork(execution)),
    waits: timesOf(waitMs),
    executions: timesOf(span && span.end - span.start),
  };
}
