import type { WorkflowClient } from '@temporalio/client';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';

/**
 * What a Temporal run was started with, and whether by a reset: the first event of its history has it. `start` is empty
 * where its payload cannot be read, because the blob is missing or the key is unknown: that says nothing of the run.
 */
export async function startOfRun(
  client: WorkflowClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<{ start: Partial<RunStart>; isReset: boolean; isReadable: boolean }> {
  const { namespace, loadedDataConverter } = client.options;
  const execution = { workflowId, runId };
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: 1,
  });
  const { input, originalExecutionRunId } = history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  const decoded = await decodePayloads(loadedDataConverter, input).catch(() => undefined);
  const [start = {}] = (decoded ?? []) as [Partial<RunStart>?];
  // A run that was continued as new is its own original; a reset one has the history of the run before it.
  const isReset = !!originalExecutionRunId && originalExecutionRunId !== runId;
  return { start, isReset, isReadable: decoded !== undefined };
}
