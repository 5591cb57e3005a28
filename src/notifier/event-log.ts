import type { BatonEvent, NewEvent } from '../contracts/event.ts';
import type { RunEndType, RunStatus } from '../contracts/names.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { Notifier } from './notifier.ts';

/** `fenced`: of an older execution, or after the agent's final end. `closed`: after the run's end. */
export type AppendStatus = 'appended' | 'duplicate' | 'fenced' | 'closed';

/** What became of one event; `seq` is null unless it was appended. */
export type Appended = { status: AppendStatus; seq: number | null };

/** Where a user's feed stands: the last sequence given, and the first that is still kept (`head + 1` if none is). */
export type FeedPosition = { epoch: string; head: number; earliest: number };

/** A cursor: `after` is the last sequence seen, 0 for everything that is kept; `epoch` that of the event it came from. */
export type Cursor = { after: number; epoch?: string };

export type FeedFilter = { userId: string; runId?: string };

/** How a run ended, as its last event says. */
export type RunEnding = { status: RunStatus; endedAt: string; generation: number };

/** The ending that a run's last event says. */
export function endingOf({ payload, at, generation }: Extract<NewEvent, { type: RunEndType }>): RunEnding {
  return { status: payload.status, endedAt: at, generation };
}

/** What the log knows of a run without reading its events; `ending` is null while it has not ended. */
export type RunStanding = { ending: RunEnding | null };

export type OpenRun = { userId: string; runId: string; workflowId: string; startedAt: string };

/**
 * The log of everybody's events. Each user has one sequence 1, 2, 3 ... without a gap over all their runs; a repeated
 * event is dropped by its `id`, one of an outdated execution is refused.
 */
export type EventLog = Notifier & {
  /**
   * Appends in the order given, all or none; resolves once durable with what became of each. `outcome` is what the run
   * came to whose end is among the events: it is kept if that end is appended, as long as the events are.
   */
  append(events: readonly NewEvent[], options?: { outcome?: RunOutcome }): Promise<Appended[]>;
  /** At most `limit` events after `after`, in order; never refuses a cursor (`checkCursor` does). */
  read(where: FeedFilter & { after: number; limit: number }): Promise<BatonEvent[]>;
  head(where: { userId: string }): Promise<FeedPosition>;
  /**
   * What `read` would give, then live events, without a gap or a double at the seam; ends when `signal` aborts or the
   * log is closed.
   *
   * @throws ResyncRequired when the cursor does not fit the log, or its next event was pruned meanwhile
   */
  follow(where: FeedFilter & Cursor & { signal?: AbortSignal }): AsyncGenerator<BatonEvent>;
  /** How runs of a user stand, by workflow id; those that the log knows nothing of are left out. */
  standings(where: { userId: string; workflowIds: readonly string[] }): Promise<Map<string, RunStanding>>;
  /** What an ended run came to; undefined where its end was appended without an outcome, or it has not ended. */
  outcome(where: { userId: string; workflowId: string }): Promise<RunOutcome | undefined>;
  /** Runs that began and have not ended, of all users. */
  openRuns(): Promise<OpenRun[]>;
  users(): Promise<string[]>;
  /**
   * Forgets, user by user, the oldest events up to the first that is younger or belongs to a run that has not ended;
   * returns how many. Sequences go on as if nothing was forgotten.
   */
  prune(options: { olderThan: Date }): Promise<number>;
  /** Resolves if the log takes a write now; it leaves one small mark, however often it is called. */
  probe(): Promise<void>;
  /** Waits for what is being appended, ends followers, and lets go. */
  close(): Promise<void>;
};
