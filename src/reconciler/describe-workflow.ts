import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { isMissing } from './closed-run.ts';

/** The latest Temporal run of this id: a reset ends one and goes on in another. Undefined where Temporal has none. */
export async function describeWorkflow(
  client: WorkflowClient,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.getHandle(workflowId).describe();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
