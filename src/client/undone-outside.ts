import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  type WorkflowClient,
  type WorkflowHandle,
} from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { compensationIdOf } from '../contracts/names.ts';

const NOT_FOUND = 5;

/** The feed has its end a moment before the undoing closes: whoever waits for the one need not wait for the other. */
const CLOSING_MS = 3_000;
const LOOK_EVERY_MS = 50;

async function describeClosed(handle: WorkflowHandle) {
  const until = Date.now() + CLOSING_MS;
  for (;;) {
    const description = await handle.describe();
    if (description.status.name !== 'RUNNING' || Date.now() > until) return description;
    await sleep(LOOK_EVERY_MS);
  }
}

/**
 * Each `agent_run` of a closed Temporal run whose work was undone after that run had ended, by a workflow of its own.
 *
 * @throws BatonError `InvalidInput` while it is being undone, after 3 seconds in which that did not end
 */
export async function undoneOutside(
  client: WorkflowClient,
  run: { workflowId: string; temporalRun: string },
): Promise<Set<string>> {
  try {
    const { status, memo } = await describeClosed(client.getHandle(compensationIdOf(run)));
    if (status.name === 'RUNNING') {
      throw new BatonError('InvalidInput', `run ${run.workflowId} is being undone; retry it when its feed has ended`);
    }
    return new Set((memo?.undone ?? []) as string[]);
  } catch (error) {
    const missing = isGrpcServiceError(error) && error.code === NOT_FOUND;
    if (missing || error instanceof WorkflowNotFoundError) return new Set();
    throw error;
  }
}
