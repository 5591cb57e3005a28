import type { WorkflowClient } from '@temporalio/client';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';
import { readHistory } from './read-history.ts';

type Called = Pick<AgentCall, 'agent_run' | 'anew'> & Pick<AgentReturn, 'calls'> & { agent: string };

/**
 * Executions of agents that a closed run asked a worker for, by its history, in their order; of the parts before one
 * that continued as new those that it was to undo; with the calls that those which completed had counted. For whom the
 * store can no longer tell. Agents in the workflow's own task are not among them.
 */
export async function calledAgents(
  client: WorkflowClient,
  { workflowId, temporalRun, start }: { workflowId: string; temporalRun: string; start: Partial<RunStart> },
): Promise<Called[]> {
  const { events } = await readHistory(client, { workflowId, runId: temporalRun });
  const before = (start.carried?.undos ?? []).flatMap((undo) =>
    'undo' in undo ? [{ agent: undo.agent, agent_run: undo.undo, anew: undo.anew, calls: undo.calls }] : [],
  );
  const called = new Map<string, Called>(before.map((each) => [each.agent_run, each]));
  const decode = (payloads: Parameters<typeof decodePayloads>[1]) =>
    decodePayloads(client.options.loadedDataConverter, payloads);
  const byEvent = new Map<string, Called>();
  for (const event of events ?? []) {
    const completed = event.activityTaskCompletedEventAttributes;
    const known = completed && byEvent.get(String(completed.scheduledEventId));
    if (known) known.calls = ((await decode(completed.result)) as [AgentReturn?])[0]?.calls;
    const scheduled = event.activityTaskScheduledEventAttributes;
    const agent = scheduled?.activityType?.name ?? '';
    if (!start.limits?.[agent]) continue;
    const [call] = (await decode(scheduled?.input)) as [AgentCall?];
    if (!call) continue;
    const one = { agent, agent_run: call.agent_run, anew: call.anew };
    called.set(call.agent_run, one);
    byEvent.set(String(event.eventId), one);
  }
  return [...called.values()];
}
