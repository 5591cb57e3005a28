import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';
import { END_ACTIVITY } from '../../src/contracts/names.ts';

/** Milliseconds of the end of a run: until a worker took it, until it was in the log, and until the workflow had closed. */
export type End = { takenMs: number; appendedMs: number; closedMs: number };

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

const msOf = (at: Timestamp) => Number(at?.seconds ?? 0) * 1_000 + (at?.nanos ?? 0) / 1e6;

/** Reads from a run's history what its end took, in its last four steps. */
export async function measureEnd(client: WorkflowClient, workflowId: string): Promise<End> {
  const { events } = await client.getHandle(workflowId).fetchHistory();
  const all = events ?? [];
  const scheduled = all.findIndex(
    ({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name === END_ACTIVITY,
  );
  // A timer that is cancelled in the same task stands between.
  const after = (has: (event: HistoryEvent) => unknown) => msOf(all.slice(scheduled).find(has)?.eventTime);
  const asked = msOf(all[scheduled]?.eventTime);
  const started = after((event) => event.activityTaskStartedEventAttributes);
  const done = after((event) => event.activityTaskCompletedEventAttributes);
  const closed = msOf(all.at(-1)?.eventTime);
  return { takenMs: started - asked, appendedMs: done - started, closedMs: closed - done };
}
