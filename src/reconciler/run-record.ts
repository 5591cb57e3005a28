import type { BatonEvent } from '../contracts/event.ts';
import type { EventType } from '../contracts/event-payloads.ts';
import { OUTSIDE_EXEC, RUN_END_TYPES } from '../contracts/names.ts';
import { emptyFeed, foldFeed } from '../feed/fold.ts';
import type { FoldedRun, StallReason } from '../feed/folded.ts';
import type { EventLog } from '../notifier/event-log.ts';

const PAGE = 500;

/** Whom a run belongs to, by its events or, before the first of them, by what Temporal knows. */
export type RunIds = { workflowId: string; userId: string; runId: string; threadId: string; requestId: string };

export type RunRecord = {
  ids: RunIds;
  folded: FoldedRun | undefined;
  /** Temporal runs whose events are in the log, oldest first: a reset begins another one. */
  temporalRuns: string[];
  /** The highest generation that was heard of. */
  generation: number;
  /** Identities of what was told from outside. */
  told: ReadonlySet<string>;
  /** Whether `run_started` is in the log: it is the first event of a run. */
  isStarted: boolean;
  /** The stall that was published and is not over yet; `moved`: a worker has published something since. */
  stall: { reason: StallReason; seq: number; moved: boolean } | undefined;
  /** Sequence of the last event that is not a stall. */
  seq: number;
  /** When the run was retried or reset last, in ISO 8601 UTC; null if it never was. */
  restartedAt: string | null;
  /** When its last event was published, in ISO 8601 UTC; null before the first. */
  lastAt: string | null;
};

const ENDS: readonly EventType[] = RUN_END_TYPES;

type Standing = Pick<RunRecord, 'isStarted' | 'stall' | 'seq' | 'restartedAt' | 'lastAt'>;

/** How far a run has come, one event later. */
function advance(before: Standing, { type, payload, exec, seq, at }: BatonEvent): Standing {
  const after = { ...before, lastAt: at };
  if (type === 'run_stalled') return { ...after, stall: { reason: payload.reason, seq, moved: false } };
  after.seq = seq;
  if (type === 'run_started') after.isStarted = true;
  if (type === 'run_restarted') after.restartedAt = at;
  if (type === 'run_recovered' || ENDS.includes(type)) after.stall = undefined;
  else if (after.stall && exec !== OUTSIDE_EXEC) after.stall = { ...after.stall, moved: true };
  return after;
}

/** The Temporal run an event was published by: the second part of its identity, after a workflow id of any text. */
function temporalRunOf({ id, workflow_id }: BatonEvent): string | undefined {
  return id.startsWith(`${workflow_id}:`) ? id.slice(workflow_id.length + 1).split(':')[0] : undefined;
}

/** Reads what the log knows of a run. */
export async function readRunRecord(
  log: Pick<EventLog, 'read'>,
  {
    userId,
    runId,
    workflowId,
    threadId = runId,
  }: Pick<RunIds, 'userId' | 'runId' | 'workflowId'> & { threadId?: string },
): Promise<RunRecord> {
  let feed = emptyFeed();
  let last: BatonEvent | undefined;
  const temporalRuns = new Set<string>();
  const told = new Set<string>();
  let generation = 0;
  let standing: Standing = { isStarted: false, stall: undefined, seq: 0, restartedAt: null, lastAt: null };
  for (;;) {
    const page = await log.read({ userId, runId, after: feed.seq, limit: PAGE });
    for (const event of page) {
      feed = foldFeed(feed, event);
      standing = advance(standing, event);
      const run = temporalRunOf(event);
      if (run) temporalRuns.add(run);
      if (event.exec === OUTSIDE_EXEC) told.add(event.id);
      generation = Math.max(generation, event.generation);
    }
    last = page.at(-1) ?? last;
    if (page.length < PAGE) break;
  }
  const ids = {
    workflowId,
    userId,
    runId,
    threadId: last?.thread_id ?? threadId,
    requestId: last?.request_id ?? runId,
  };
  const folded = feed.runs.find(({ workflow_id }) => workflow_id === workflowId);
  return { ids, folded, temporalRuns: [...temporalRuns], generation, told, ...standing };
}
