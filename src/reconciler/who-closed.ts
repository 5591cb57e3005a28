import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';

/** Temporal's words for whoever gives no name of their own. */
const NAMELESS = 'an operator';

export type Closing = { by: string; reason?: string };

/** Who terminated a Temporal run, and why: the last event of its history has it. */
export async function whoTerminated(
  client: WorkflowClient,
  { workflowId, runId }: Pick<WorkflowExecutionDescription, 'workflowId' | 'runId'>,
): Promise<Closing> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const { identity, reason } = history?.events?.[0]?.workflowExecutionTerminatedEventAttributes ?? {};
  return { by: identity || NAMELESS, ...(reason && { reason }) };
}

/** Who asked a Temporal run to stop; the request may be anywhere in its history, but mostly is near the end. */
export async function whoCancelled(
  client: WorkflowClient,
  { workflowId, runId }: Pick<WorkflowExecutionDescription, 'workflowId' | 'runId'>,
): Promise<Closing | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 200,
  });
  for (const { workflowExecutionCancelRequestedEventAttributes: asked } of history?.events ?? []) {
    // A parent's cancel is told of the parent.
    if (asked?.externalWorkflowExecution?.workflowId) return undefined;
    if (asked) return { by: asked.identity || NAMELESS, ...(asked.cause && { reason: asked.cause }) };
  }
  return undefined;
}
