import { randomUUID } from 'node:crypto';
import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { redactText } from '../contracts/redact.ts';
import { tellAction } from '../reconciler/tell-action.ts';
import type { FeedSource } from './feed-source.ts';
import { runSummary } from './list-runs.ts';
import { isMissing, noSuchRun } from './missing-run.ts';

export type Acting = {
  /** Who does it. */
  by: string;
  /** Shown to the run's user. */
  reason?: string;
};

type Where = { client: WorkflowClient; feed: FeedSource; workflowId: string; userId: string; runId: string };

/** The run's user hears of it at once where the log can be reached; else the reconciler tells it. */
export async function tellUser(
  { feed, workflowId, userId, runId }: Where,
  action: Omit<Parameters<typeof tellAction>[1], 'run'>,
): Promise<void> {
  await tellAction(feed.log, { run: { workflowId, userId, runId }, ...action }).catch(() => undefined);
}

async function describe({ client, workflowId, runId }: Where) {
  try {
    return await client.getHandle(workflowId).describe();
  } catch (error) {
    throw isMissing(error) ? noSuchRun(runId, error) : error;
  }
}

/**
 * Ends a run at once, without a word of its own code: its user hears who did it and why, and what its tools did is
 * undone from outside. Terminating what was terminated before changes nothing.
 *
 * @throws BatonError `InvalidInput` with code `not_open` when the run has ended otherwise
 */
export async function terminateRun(where: Where, { by, reason }: Acting): Promise<{ repeated: boolean }> {
  const { client, workflowId, runId } = where;
  const described = await describe(where);
  const temporalRun = described.runId;
  try {
    await client.workflowService.terminateWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId: temporalRun },
      identity: by,
      reason: reason && redactText(reason),
    });
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { status } = runSummary(await describe(where));
    if (status === 'terminated') return { repeated: true };
    const message = `run ${runId} is ${status}: only a run that has not ended is terminated`;
    throw new BatonError('InvalidInput', message, { code: 'not_open' });
  }
  await tellUser(where, { temporalRun, key: 'terminate', action: 'terminate', by, reason });
  return { repeated: false };
}

/** Asks a run to stop, and says who asks. A run that has ended is left as it is. */
export async function cancelRun(where: Where, { by, reason }: Acting): Promise<void> {
  const { client, workflowId, userId } = where;
  const described = await describe(where);
  try {
    await client.workflowService.requestCancelWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId: described.runId },
      identity: by,
      requestId: randomUUID(),
      reason: reason && redactText(reason),
    });
  } catch (error) {
    // Closed already: what the caller wants is so.
    if (isMissing(error)) return;
    throw error;
  }
  // A user who stops an own run is no operator.
  if (by !== userId)
    await tellUser(where, { temporalRun: described.runId, key: 'cancel', action: 'cancel', by, reason });
}
