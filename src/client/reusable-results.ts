import type { WorkflowHandle } from '@temporalio/client';
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import { UNDO_ACTIVITY } from '../contracts/names.ts';
import type { ReusedResult, RunStart } from '../contracts/run-start.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type Payloads = { payloads?: Payload[] | null } | null | undefined;

/** An agent's execution that completed, by the names under which a person may know it. */
export type Completed = { agent_run: string; agent: string | null; step: string | null; result: ReusedResult };

function resultOf({ result, attempts, execution_time_ms }: AgentReturn): ReusedResult {
  return { result, attempts, execution_time_ms };
}

/**
 * Reads from a run's histories, oldest first, which agents completed and were not undone, in the order in which they
 * began. What was undone must be done again.
 */
export async function reusableResults(histories: History[], converter: LoadedDataConverter): Promise<Completed[]> {
  const completed = new Map<string, Completed>();
  const undone = new Set<string>();

  async function first<T>(payloads: Payloads): Promise<T | undefined> {
    const [value] = (await decodeArrayFromPayloads(converter, payloads?.payloads)) as [T?];
    return value;
  }

  async function readPart({ events }: History) {
    const calls = new Map<string, AgentCall & { type: string }>();
    for (const event of events ?? []) {
      const { activityTaskScheduledEventAttributes: scheduled, activityTaskCompletedEventAttributes: done } = event;
      const local = event.markerRecordedEventAttributes;
      if (scheduled) {
        const call = await first<AgentCall>(scheduled.input);
        const type = scheduled.activityType?.name ?? '';
        if (!call?.agent_run) continue;
        calls.set(String(event.eventId), { ...call, type });
        if (type === UNDO_ACTIVITY) undone.add(call.agent_run);
        else if (call.agent_run.startsWith('undo-') && call.parent) undone.add(call.parent);
      } else if (done) {
        const call = calls.get(String(done.scheduledEventId));
        const returned = await first<AgentReturn>(done.result);
        if (!call || call.type === UNDO_ACTIVITY || call.agent_run.startsWith('undo-')) continue;
        if (!returned || returned.question) continue;
        const { agent_run, step, type: agent } = call;
        completed.set(agent_run, { agent_run, agent, step, result: resultOf(returned) });
      } else if (local?.markerName === 'core_local_activity') {
        const returned = await first<AgentReturn>(local.details?.result);
        const agent_run = returned?.agent_run;
        if (!returned || !agent_run || returned.question) continue;
        completed.set(agent_run, { agent_run, agent: null, step: null, result: resultOf(returned) });
      }
    }
  }

  const [oldest] = histories;
  const started = oldest?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const start = await first<RunStart>(started?.input);
  for (const [agent_run, result] of Object.entries(start?.reused ?? {})) {
    completed.set(agent_run, { agent_run, agent: null, step: null, result });
  }
  for (const history of histories) await readPart(history);
  return [...completed.values()].filter(({ agent_run }) => !undone.has(agent_run));
}
