import { setTimeout as sleep } from 'node:timers/promises';
import {
  WorkflowExecutionAlreadyStartedError,
  type WorkflowClient,
  type WorkflowExecutionDescription,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { describeWorkflow } from './describe-workflow.ts';

/** Starts in all, where the server that answered one is gone again when it is asked for the run. */
const MOST_STARTS = 3;

/** Wait before the next one, in milliseconds: a replica may lag behind. */
const AGAIN_AFTER_MS = 200;

/** How long a stranger may take to end what was started there, in milliseconds. */
const REVOKE_MS = 2_000;

type Own = {
  client: WorkflowClient;
  /** Rejects with code `foreign_temporal` where the Temporal that answers now is not the log's own. */
  vouch: () => Promise<void>;
};

export type StartedOwn = {
  /** Whether this call started it; else it was there. */
  isNew: boolean;
  /** The workflow as the log's own Temporal has it. */
  found: WorkflowExecutionDescription;
};

/** Ends, on a server that is not ours, the one workflow that was started there by mistake. */
async function revoke(client: WorkflowClient, workflowId: string, temporalRun: string): Promise<void> {
  const reason = 'started here by mistake: the log of whoever started it belongs to another Temporal';
  const end = () => client.getHandle(workflowId, temporalRun).terminate(reason);
  await client.withDeadline(Date.now() + REVOKE_MS, end).catch(() => undefined);
}

/**
 * Starts a workflow under an id that is used once, and makes sure that the log's own Temporal has it. A check before the
 * call is not enough, since a client that reconnects in between starts the workflow on whatever server has taken the
 * address: so that one is compared afterwards, and then asked for the very execution that was started. A workflow that a
 * stranger took is terminated there, as far as it can be reached.
 *
 * @throws BatonError `InvalidInput` with code `foreign_temporal`: nothing was started, and the same call succeeds once the
 *   right server is back; `NetworkError` where the server is replaced again and again
 */
export async function startOwn(
  { client, vouch }: Own,
  workflow: string,
  options: WorkflowStartOptions & { workflowId: string },
): Promise<StartedOwn> {
  const { workflowId } = options;
  for (let starts = 1; starts <= MOST_STARTS; starts += 1) {
    if (starts > 1) await sleep(AGAIN_AFTER_MS);
    const started = await client.start(workflow, options).catch((error: unknown) => {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
      throw error;
    });
    const temporalRun = started?.firstExecutionRunId;
    try {
      await vouch();
    } catch (error) {
      const isForeign = error instanceof BatonError && error.code === 'foreign_temporal';
      if (isForeign && temporalRun !== undefined) await revoke(client, workflowId, temporalRun);
      throw error;
    }
    const found = await describeWorkflow(client, workflowId, temporalRun);
    if (found) return { isNew: temporalRun !== undefined, found };
  }
  const message = `workflow ${workflowId} was started ${MOST_STARTS} times, and each time Temporal does not have it: try again`;
  throw new BatonError('NetworkError', message, { code: 'unknown_to_temporal' });
}
