import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { generationOf } from '../contracts/generation-of.ts';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import type { EventLog } from '../notifier/event-log.ts';
import type { IsAttended } from './attendance.ts';
import { closedRun } from './closed-run.ts';
import { closingEvents, type Closed } from './closing-events.ts';
import { compensateClosed } from './compensate-closed.ts';
import { describeWorkflow } from './describe-workflow.ts';
import { findStall } from './find-stall.ts';
import { isTold, reconcilerEvent } from './reconciler-event.ts';
import { readRunRecord, type RunRecord } from './run-record.ts';
import { tellOperator, tellTerminated } from './tell-operator.ts';
import { startOfRun } from './start-of-run.ts';
import type { Candidate } from './unheard-runs.ts';

/** A run publishes its last events before it closes; another process may still be writing them for this long, in ms. */
const LAST_WORDS_MS = 500;

type World = { client: WorkflowClient; log: EventLog; effects: EffectLedger; isAttended: IsAttended };

async function endGone({ log }: World, record: RunRecord): Promise<boolean> {
  if (!record.folded) return true;
  const message = 'Temporal no longer knows this run.';
  const closed = { status: 'failed', message, temporalRun: 'gone', executionTimeMs: 0, byItself: false } as const;
  const { agentEnds, end } = closingEvents(record, closed);
  await log.append([...agentEnds, end]);
  return true;
}

async function tellStall({ log, isAttended }: World, record: RunRecord, described: WorkflowExecutionDescription) {
  const stall = findStall(described, Date.now());
  if (!stall) return;
  const { reason, since, mayBeBusy } = stall;
  const { runId: temporalRun } = described;
  const key = `stalled:${reason}:${since}`;
  if (isTold(record, { temporalRun, key }) || (mayBeBusy && (await isAttended(described, since)))) return;
  const common = { ids: record.ids, temporalRun, generation: record.generation };
  await log.append([reconcilerEvent({ ...common, key, type: 'run_stalled', payload: { by: 'reconciler', reason } })]);
}

async function tellReset({ client, log }: World, record: RunRecord, described: WorkflowExecutionDescription) {
  const { ids, temporalRuns } = record;
  const { runId: temporalRun } = described;
  // Only a run of several parts can have been reset; asking about the others would cost a call each.
  if (!temporalRuns.some((each) => each !== temporalRun)) return;
  if (!(await startOfRun(client, described)).isReset) return;
  const payload = { by: 'operator', action: 'reset' };
  const common = { ids, temporalRun, generation: record.generation };
  await log.append([reconcilerEvent({ ...common, key: 'restarted', type: 'run_restarted', payload })]);
}

/** Ends a closed run in the feed, after what it left behind was undone. Says whether it has ended. */
async function endClosed(
  world: World,
  record: RunRecord,
  described: WorkflowExecutionDescription,
  closed: Closed,
): Promise<boolean> {
  if (Date.now() - (described.closeTime?.getTime() ?? 0) < LAST_WORDS_MS) return false;
  const { client, log, effects } = world;
  if (closed.terminated) await tellTerminated(world, record, closed);
  const { agentEnds, end } = closingEvents(record, closed);
  await log.append(agentEnds);
  const undoing = closed.byItself
    ? undefined
    : await compensateClosed({ client, effects, record, closed: described, end });
  if (undoing) await tellStall(world, record, undoing);
  else await log.append([end]);
  return undoing === undefined;
}

/** Whether a run that has ended was started again, and no worker has said so yet. */
function isRetried(described: WorkflowExecutionDescription, { generation }: RunRecord): boolean {
  return described.status.name === 'RUNNING' && generationOf(described) > generation;
}

/**
 * Tells the user of one run what nobody else could tell: that it ended, was reset, or does not go on. Has undone what a
 * run did that was closed from outside. Returns whether the run has ended in the feed.
 */
export async function reconcileRun(world: World, run: Candidate): Promise<boolean> {
  const { client, log } = world;
  const described = await describeWorkflow(client, run.workflowId);
  const record = await readRunRecord(log, run);
  if (record.folded && record.folded.ended_at !== null) {
    if (!described || !isRetried(described, record)) return true;
    await tellStall(world, { ...record, generation: generationOf(described) }, described);
    return false;
  }
  if (!described) return endGone(world, record);
  const closed = await closedRun(client, described);
  if (closed) return endClosed(world, record, described, closed);
  await tellReset(world, record, described);
  await tellOperator(world, record, described);
  await tellStall(world, record, described);
  return false;
}
