// Runs inside the workflow sandbox.
import { WorkflowStream } from '@temporalio/workflow-streams/workflow';
import { condition } from '@temporalio/workflow';

/** A run that does nothing but hold the stream of its events. */
export async function streamWorkflow(): Promise<void> {
  new WorkflowStream();
  await condition(() => false);
}
