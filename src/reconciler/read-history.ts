import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** How long one execution may take to be read, in milliseconds: it may have tens of megabytes. */
const HISTORY_TIMEOUT_MS = 20_000;

/** The history of one execution as Temporal has it; Temporal's own call would wait for ever where it does not answer. */
export function readHistory(
  client: WorkflowClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<History> {
  const execution = client.getHandle(workflowId, runId);
  return client.withDeadline(Date.now() + HISTORY_TIMEOUT_MS, () => execution.fetchHistory());
}
