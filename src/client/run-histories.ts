import type { WorkflowClient } from '@temporalio/client';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';
import { readHistory, type History } from '../reconciler/read-history.ts';

/** All parts of a run's latest execution, oldest first, and what it was started with. */
export async function runHistories(
  client: WorkflowClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<{ parts: History[]; start: RunStart }> {
  const parts: History[] = [];
  for (let part: string | undefined = runId; part;) {
    const history: History = await readHistory(client, { workflowId, runId: part });
    parts.unshift(history);
    part = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  const input = parts[0]?.events?.[0]?.workflowExecutionStartedEventAttributes?.input;
  const [start] = (await decodePayloads(client.options.loadedDataConverter, input)) as [RunStart];
  return { parts, start };
}
