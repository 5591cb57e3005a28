import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import type { EffectLedger } from '../notifier/effect-ledger.ts';
import type { EventLog } from '../notifier/event-log.ts';
import { closedRun } from './closed-run.ts';
import { closingEvents, type Closed } from './closing-events.ts';
import { compensateClosed } from './compensate-closed.ts';
import { describeWorkflow } from './describe-workflow.ts';
import { findStall } from './find-stall.ts';
import { reconcilerEvent } from './reconciler-event.ts';
import { readRunRecord, type RunRecord } from './run-record.ts';

/** A run publishes its last events before it closes; another process may still be writing them for this long, in ms. */
const LAST_WORDS_MS = 500;

type Candidate = { userId: string; runId: string; workflowId: string; threadId?: string };

type World = { client: WorkflowClient; log: EventLog; effects: EffectLedger };

function generationOf({ folded }: RunRecord): number {
  return Math.max(0, ...(folded?.agents ?? []).map(({ generation }) => generation));
}

async function endGone({ log }: World, record: RunRecord) {
  if (!record.folded) return;
  const message = 'Temporal no longer knows this run.';
  const closed = { status: 'failed', message, temporalRun: 'gone', executionTimeMs: 0, byItself: false } as const;
  const { agentEnds, end } = closingEvents(record, closed);
  await log.append([...agentEnds, end]);
}

async function tellStall({ log }: World, record: RunRecord, described: WorkflowExecutionDescription) {
  const stall = findStall(described, Date.now());
  if (!stall) return;
  const { reason, since } = stall;
  const common = { ids: record.ids, temporalRun: described.runId, generation: generationOf(record) };
  const key = `stalled:${reason}:${since}`;
  await log.append([reconcilerEvent({ ...common, key, type: 'run_stalled', payload: { by: 'reconciler', reason } })]);
}

/** Ends a closed run in the feed, after what it left behind was undone. */
async function endClosed(world: World, record: RunRecord, described: WorkflowExecutionDescription, closed: Closed) {
  if (Date.now() - (described.closeTime?.getTime() ?? 0) < LAST_WORDS_MS) return;
  const { client, log, effects } = world;
  const { agentEnds, end } = closingEvents(record, closed);
  await log.append(agentEnds);
  const undoing = closed.byItself
    ? undefined
    : await compensateClosed({ client, effects, record, closed: described, end });
  if (undoing) await tellStall(world, record, undoing);
  else await log.append([end]);
}

/**
 * Tells the user of one run what nobody else could tell: that it ended, was reset, or does not go on. Has undone what a
 * run did that was closed from outside.
 */
export async function reconcileRun(world: World, run: Candidate): Promise<void> {
  const { client, log } = world;
  const described = await describeWorkflow(client, run.workflowId);
  const record = await readRunRecord(log, run);
  if (record.folded && record.folded.ended_at !== null) return;
  if (!described) return endGone(world, record);
  const closed = await closedRun(client, described);
  if (closed) return endClosed(world, record, described, closed);
  const { ids, temporalRuns } = record;
  if (temporalRuns.length > 0 && !temporalRuns.includes(described.runId)) {
    const common = { ids, temporalRun: described.runId, generation: generationOf(record) };
    const payload = { by: 'operator', action: 'reset' };
    await log.append([reconcilerEvent({ ...common, key: 'restarted', type: 'run_restarted', payload })]);
  }
  await tellStall(world, record, described);
}
