import type { WorkflowClient } from '@temporalio/client';
import type { EventLog } from '../notifier/event-log.ts';
import { closedRun, isMissing } from './closed-run.ts';
import { closingEvents } from './closing-events.ts';
import { findStall } from './find-stall.ts';
import { reconcilerEvent } from './reconciler-event.ts';
import { readRunRecord, type RunRecord } from './run-record.ts';

/** A run publishes its last events before it closes; another process may still be writing them for this long, in ms. */
const LAST_WORDS_MS = 500;

type Candidate = { userId: string; runId: string; workflowId: string; threadId?: string };

function gone(record: RunRecord) {
  const message = 'Temporal no longer knows this run.';
  return closingEvents(record, { status: 'failed', message, temporalRun: 'gone', executionTimeMs: 0 });
}

/** Tells the user of one run what nobody else could tell: that it ended, was reset, or does not go on. */
export async function reconcileRun(client: WorkflowClient, log: EventLog, run: Candidate): Promise<void> {
  // The latest Temporal run of this id: a reset ends one and goes on in another.
  const described = await client
    .getHandle(run.workflowId)
    .describe()
    .catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
  const record = await readRunRecord(log, run);
  if (record.folded && record.folded.ended_at !== null) return;
  if (!described) {
    if (record.folded) await log.append(gone(record));
    return;
  }
  const closed = await closedRun(client, described);
  if (closed) {
    if (Date.now() - (described.closeTime?.getTime() ?? 0) < LAST_WORDS_MS) return;
    await log.append(closingEvents(record, closed));
    return;
  }
  const { ids, temporalRuns, folded } = record;
  const generation = Math.max(0, ...(folded?.agents ?? []).map((agent) => agent.generation));
  const common = { ids, temporalRun: described.runId, generation };
  if (temporalRuns.length > 0 && !temporalRuns.includes(described.runId)) {
    const payload = { by: 'operator', action: 'reset' };
    await log.append([reconcilerEvent({ ...common, key: 'restarted', type: 'run_restarted', payload })]);
  }
  const stall = findStall(described, Date.now());
  if (!stall) return;
  const { reason, since } = stall;
  const key = `stalled:${reason}:${since}`;
  await log.append([reconcilerEvent({ ...common, key, type: 'run_stalled', payload: { by: 'reconciler', reason } })]);
}
