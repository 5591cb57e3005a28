import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { compensationIdOf } from '../contracts/names.ts';
import { describeSettled } from './describe-settled.ts';
import { isMissing } from './missing-run.ts';

const PATIENCE_MS = 3_000;

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
    const undoing = client.getHandle(compensationIdOf(run));
    const { status, memo } = await describeSettled({
      describe: () => undoing.describe(),
      isClosing: ({ status: { name } }) => name === 'RUNNING',
      patienceMs: PATIENCE_MS,
    });
    if (status.name === 'RUNNING') {
      throw new BatonError('InvalidInput', `run ${run.workflowId} is being undone; retry it when its feed has ended`);
    }
    return new Set((memo?.undone ?? []) as string[]);
  } catch (error) {
    if (isMissing(error)) return new Set();
    throw error;
  }
}
