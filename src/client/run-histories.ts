import type { WorkflowClient, WorkflowHandle } from '@temporalio/client';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** How long one part may take to be read, in milliseconds: it may have tens of megabytes. */
const HISTORY_TIMEOUT_MS = 20_000;

/** The history of one execution as Temporal has it; Temporal's own call would wait for ever where it does not answer. */
export function readHistory(
  client: WorkflowClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<History> {
  const execution = client.getHandle(workflowId, runId);
  return client.withDeadline(Date.now() + HISTORY_TIMEOUT_MS, () => execution.fetchHistory());
}

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
