import type { WorkflowClient } from '@temporalio/client';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';

/** What a Temporal run was started with: the first event of its history has it. */
export async function startOfRun(
  client: WorkflowClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<Partial<RunStart>> {
  const { namespace, loadedDataConverter } = client.options;
  const execution = { workflowId, runId };
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: 1,
  });
  const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input;
  const [start] = await decodePayloads(loadedDataConverter, input);
  return (start ?? {}) as Partial<RunStart>;
}
