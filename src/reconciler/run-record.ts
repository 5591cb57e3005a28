import type { BatonEvent } from '../contracts/event.ts';
import { OUTSIDE_EXEC } from '../contracts/names.ts';
import { emptyFeed, foldFeed } from '../feed/fold.ts';
import type { FoldedRun } from '../feed/folded.ts';
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
};

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
  for (;;) {
    const page = await log.read({ userId, runId, after: feed.seq, limit: PAGE });
    for (const event of page) {
      feed = foldFeed(feed, event);
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
  return { ids, folded, temporalRuns: [...temporalRuns], generation, told };
}
