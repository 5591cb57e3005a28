import { isGrpcServiceError, WorkflowNotFoundError, type WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { compensationIdOf } from '../contracts/names.ts';

const NOT_FOUND = 5;

/**
 * Each `agent_run` of a closed Temporal run whose work was undone after that run had ended, by a workflow of its own.
 *
 * @throws BatonError `InvalidInput` while it is being undone
 */
export async function undoneOutside(
  client: WorkflowClient,
  run: { workflowId: string; temporalRun: string },
): Promise<Set<string>> {
  try {
    const { status, memo } = await client.getHandle(compensationIdOf(run)).describe();
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
