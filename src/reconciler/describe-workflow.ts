import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { isMissing } from './missing.ts';

/**
 * The latest Temporal run of this id (a reset ends one and continues in another), or the one named by `temporalRun`.
 * Undefined where the Temporal that is reached has none, which says nothing of any other Temporal.
 */
export async function describeWorkflow(
  client: WorkflowClient,
  workflowId: string,
  temporalRun?: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.getHandle(workflowId, temporalRun).describe();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
