import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { EventLog } from '../notifier/event-log.ts';
import type { StallReason } from '../feed/folded.ts';
import type { IsAttended } from './attendance.ts';
import { missingBeginning } from './closing-events.ts';
import { findStall, isWaiting } from './find-stall.ts';
import { reconcilerEvent } from './reconciler-event.ts';
import type { RunRecord } from './run-record.ts';

type World = { log: Pick<EventLog, 'append'>; isAttended: IsAttended };

/** Stands for the Temporal run of a run whose events name none. */
const NO_TEMPORAL_RUN = 'unknown';

const BY = 'reconciler';

async function publishStall({ log }: Pick<World, 'log'>, record: RunRecord, temporalRun: string, reason: StallReason) {
  if (record.stall?.reason === reason) return;
  const { ids, generation, seq } = record;
  // `run_started` is the first event of a run. One that no worker has begun has none yet; one that a worker's code cannot
  // begin would have none for ever.
  if (!record.isStarted) {
    const beginning = reason === 'workflow_task_failing' ? missingBeginning(record, { temporalRun }) : [];
    if (beginning.length === 0) return;
    await log.append(beginning);
  }
  // By the last event before it, so that two reconcilers publish a stall once, and the next one is another.
  const key = `stalled:${reason}:${seq}`;
  await log.append([
    reconcilerEvent({ ids, temporalRun, generation, key, type: 'run_stalled', payload: { by: BY, reason } }),
  ]);
}

async function publishRecovery({ log }: World, { ids, generation, stall }: RunRecord, temporalRun: string) {
  if (!stall) return;
  const { reason, seq } = stall;
  const common = { ids, temporalRun, generation, key: `recovered:${seq}` };
  await log.append([reconcilerEvent({ ...common, type: 'run_recovered', payload: { by: BY, reason } })]);
}

/** Whether what held a run up is over: a worker published something, or nothing waits for one any more. */
function hasMoved({ stall }: RunRecord, described: WorkflowExecutionDescription, now: number): boolean {
  if (!stall) return false;
  return stall.moved || stall.reason === 'unknown_to_temporal' || !isWaiting(described, now);
}

/** Publishes that an open run is stalled, once for each stall, and that it moves again. */
export async function tellStall(world: World, record: RunRecord, described: WorkflowExecutionDescription) {
  const now = Date.now();
  const { runId: temporalRun } = described;
  const stall = findStall(described, now);
  const isBusy = stall?.mayBeBusy && (await world.isAttended(described, stall.since));
  if (stall && !isBusy) return publishStall(world, record, temporalRun, stall.reason);
  if (isBusy || hasMoved(record, described, now)) await publishRecovery(world, record, temporalRun);
}

/** Publishes that the Temporal which is reached does not have a run. That is not the run's end. */
export async function tellUnknown(world: Pick<World, 'log'>, record: RunRecord): Promise<void> {
  await publishStall(world, record, record.temporalRuns.at(-1) ?? NO_TEMPORAL_RUN, 'unknown_to_temporal');
}
