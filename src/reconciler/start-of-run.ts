import type { WorkflowClient } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { RunStart } from '../contracts/run-start.ts';

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
  const [start] = await decodeArrayFromPayloads(loadedDataConverter, input?.payloads);
  return (start ?? {}) as Partial<RunStart>;
}
