import type { WorkflowClient } from '@temporalio/client';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';

/** What a Temporal run was started with, and whether by a reset: the first event of its history has it. */
export async function startOfRun(
  client: WorkflowClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<{ start: Partial<RunStart>; isReset: boolean }> {
  const { namespace, loadedDataConverter } = client.options;
  const execution = { workflowId, runId };
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: 1,
  });
  const { input, originalExecutionRunId } = history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  const [start = {}] = (await decodePayloads(loadedDataConverter, input)) as [Partial<RunStart>?];
  // A run that was continued as new is its own original; a reset one has the history of the run before it.
  return { start, isReset: !!originalExecutionRunId && originalExecutionRunId !== runId };
}
