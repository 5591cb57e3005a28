import { randomUUID } from 'node:crypto';
import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { redactText } from '../contracts/redact.ts';
import { tellAction } from '../reconciler/tell-action.ts';
import type { FeedSource } from './feed-source.ts';
import { runSummary } from './list-runs.ts';
import { isMissing, missingRun } from './missing-run.ts';

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

/** How often an execution may have given way to the next one of its run while it was acted on. */
const MOST_TRIES = 3;

/**
 * Acts on the execution that a run has now, by its own id: of that no other server has one. Says how it stood before, and
 * whether it was open.
 *
 * @throws BatonError as `missingRun`
 */
async function whileOpen(where: Where, act: (temporalRun: string) => Promise<unknown>) {
  const { client, workflowId, runId } = where;
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    try {
      const described = await client.getHandle(workflowId).describe();
      if (described.closeTime) return { described, wasOpen: false };
      // Not found now means that it closed, was reset, or went to a server which does not have it.
      const acted = await act(described.runId).then(
        () => true,
        (error: unknown) => {
          if (!isMissing(error)) throw error;
          return false;
        },
      );
      if (acted) return { described, wasOpen: true };
    } catch (error) {
      throw isMissing(error) ? await missingRun(where, error) : error;
    }
  }
  const message = `run ${runId} was not reached: each time another execution of it had begun; try again`;
  throw new BatonError('NetworkError', message);
}

/**
 * Ends a run at once, without a word of its own code: its user hears who did it and why, and what its tools did is
 * undone from outside. Terminating what was terminated before changes nothing.
 *
 * @throws BatonError `InvalidInput` with code `not_open` when the run has ended otherwise; `NetworkError` with code
 *   `unknown_to_temporal` when Temporal does not have it, although it is open in the log
 */
export async function terminateRun(where: Where, { by, reason }: Acting): Promise<{ repeated: boolean }> {
  const { client, workflowId, runId } = where;
  const { described, wasOpen } = await whileOpen(where, (temporalRun) =>
    client.workflowService.terminateWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId: temporalRun },
      identity: by,
      reason: reason && redactText(reason),
    }),
  );
  if (wasOpen) {
    await tellUser(where, { temporalRun: described.runId, key: 'terminate', action: 'terminate', by, reason });
    return { repeated: false };
  }
  const { status } = runSummary(described);
  if (status === 'terminated') return { repeated: true };
  const message = `run ${runId} is ${status}: only a run that has not ended is terminated`;
  throw new BatonError('InvalidInput', message, { code: 'not_open' });
}

/**
 * Asks a run to stop, and says who asks. A run that has ended is left as it is.
 *
 * @throws BatonError as `missingRun`
 */
export async function cancelRun(where: Where, { by, reason }: Acting): Promise<void> {
  const { client, workflowId, userId } = where;
  const { described, wasOpen } = await whileOpen(where, (temporalRun) =>
    client.workflowService.requestCancelWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId: temporalRun },
      identity: by,
      requestId: randomUUID(),
      reason: reason && redactText(reason),
    }),
  );
  // A user who stops an own run is no operator.
  if (wasOpen && by !== userId)
    await tellUser(where, { temporalRun: described.runId, key: 'cancel', action: 'cancel', by, reason });
}
