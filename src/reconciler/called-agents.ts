import type { WorkflowClient } from '@temporalio/client';
import type { AgentCall } from '../contracts/agent-call.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';

type Called = Pick<AgentCall, 'agent_run' | 'anew'> & { agent: string };

/** How long the history may take to be read, in milliseconds. */
const HISTORY_TIMEOUT_MS = 20_000;

/**
 * Executions of agents that a closed run asked a worker for, by its history, in their order; of the parts before one
 * that continued as new those that it was to undo. For whom the store can no longer tell. Agents in the workflow's own
 * task are not among them.
 */
export async function calledAgents(
  client: WorkflowClient,
  { workflowId, temporalRun, start }: { workflowId: string; temporalRun: string; start: Partial<RunStart> },
): Promise<Called[]> {
  const handle = client.getHandle(workflowId, temporalRun);
  const { events } = await client.withDeadline(Date.now() + HISTORY_TIMEOUT_MS, () => handle.fetchHistory());
  const before = (start.carried?.undos ?? []).flatMap((undo) =>
    'undo' in undo ? [{ agent: undo.agent, agent_run: undo.undo, anew: undo.anew }] : [],
  );
  const called = new Map<string, Called>(before.map((each) => [each.agent_run, each]));
  for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
    const agent = scheduled?.activityType?.name ?? '';
    if (!start.limits?.[agent]) continue;
    const [call] = (await decodePayloads(client.options.loadedDataConverter, scheduled?.input)) as [AgentCall?];
    if (call) called.set(call.agent_run, { agent, agent_run: call.agent_run, anew: call.anew });
  }
  return [...called.values()];
}
