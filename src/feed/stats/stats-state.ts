import type { FinishedRun } from '../../contracts/stats.ts';
import type { EventTally } from './event-tally.ts';
import type { Execution } from './execution.ts';
import type { Tally } from './tally.ts';

/** A list that grows at its head without being copied. */
export type Chain<T> = { value: T; rest: Chain<T> } | null;

/** A run that has not ended, with its executions by `agent_run`. */
export type ActiveRun = {
  run_id: string;
  user_id: string;
  workflow_id: string;
  workflow: string | null;
  generation: number;
  started_at: string;
  executions: ReadonlyMap<string, Execution>;
};

/** When an agent was at work, in milliseconds since 1970. */
export type Span = { agent: string; start: number; end: number };

/** What the statistics of one user are made of. Never changed in place. */
export type StatsState = {
  /** Highest sequence folded; the cursor to go on from. */
  seq: number;
  /** By workflow id. */
  active: ReadonlyMap<string, ActiveRun>;
  /** What the executions of ended runs came to, by agent. */
  settled: ReadonlyMap<string, Tally>;
  /** At work now, in all (`''`) and by agent, and the most there ever were. */
  concurrent: ReadonlyMap<string, { now: number; max: number }>;
  spans: Chain<Span>;
  /** Newest first; `seq` is that of the run's end. */
  history: Chain<FinishedRun & { seq: number }>;
  runs: number;
  events: EventTally;
};

export function* eachOf<T>(chain: Chain<T>): Generator<T> {
  for (let link = chain; link !== null; link = link.rest) yield link.value;
}
