import type { WorkflowClient } from '@temporalio/client';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';
import { isMissing } from './missing.ts';
import { readHistory } from './read-history.ts';

type Called = Pick<AgentCall, 'agent_run' | 'anew'> &
  Pick<AgentReturn, 'calls'> & {
    agent: string;
    /** Whether Temporal took its result: no attempt of it has anything left to do. */
    isCompleted: boolean;
  };

type Options = {
  workflowId: string;
  temporalRun: string;
  start: Partial<RunStart>;
  /** Whether an activity of this type is an agent's that matters. */
  isAgent: (type: string) => boolean;
};

/**
 * Executions of agents that a closed run asked a worker for, by its history, in their order; of the parts before one
 * that continued as new those that it was to undo; with the calls that those which completed had counted. None where
 * Temporal no longer has the run. Agents in the workflow's own task are not among them, nor is one whose call can no
 * longer be read.
 */
export async function calledAgents(
  client: WorkflowClient,
  { workflowId, temporalRun, start, isAgent }: Options,
): Promise<Called[]> {
  const { events } = await readHistory(client, { workflowId, runId: temporalRun }).catch((error: unknown) => {
    if (isMissing(error)) return { events: [] };
    throw error;
  });
  const before = (start.carried?.undos ?? []).flatMap((undo) =>
    'undo' in undo
      ? [{ agent: undo.agent, agent_run: undo.undo, anew: undo.anew, calls: undo.calls, isCompleted: true }]
      : [],
  );
  const called = new Map<string, Called>(before.map((each) => [each.agent_run, each]));
  // A blob or key that is missing must not keep the run from its end.
  const decode = (payloads: Parameters<typeof decodePayloads>[1]) =>
    decodePayloads(client.options.loadedDataConverter, payloads).catch(() => []);
  const byEvent = new Map<string, Called>();
  for (const event of events ?? []) {
    const completed = event.activityTaskCompletedEventAttributes;
    const known = completed && byEvent.get(String(completed.scheduledEventId));
    if (known) {
      known.calls = ((await decode(completed.result)) as [AgentReturn?])[0]?.calls;
      known.isCompleted = true;
    }
    const scheduled = event.activityTaskScheduledEventAttributes;
    const agent = scheduled?.activityType?.name ?? '';
    if (!scheduled || !isAgent(agent)) continue;
    const [call] = (await decode(scheduled.input)) as [AgentCall?];
    if (!call) continue;
    const one = { agent, agent_run: call.agent_run, anew: call.anew, isCompleted: false };
    called.set(call.agent_run, one);
    byEvent.set(String(event.eventId), one);
  }
  return [...called.values()];
}
