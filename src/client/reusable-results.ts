import type { LoadedDataConverter, Payload } from '@temporalio/common';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import { UNDO_ACTIVITY, UNDO_PREFIX } from '../contracts/names.ts';
import type { ReusedResult, RunStart } from '../contracts/run-start.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';
import type { History } from '../reconciler/read-history.ts';

type Payloads = { payloads?: Payload[] | null } | null | undefined;

/** An agent's execution that completed; `agent` and `step` are null where the history does not say. */
export type Completed = { agent_run: string; agent: string | null; step: string | null; result: ReusedResult };

type WhatRan = {
  /** What completed, also what was undone since, in the order in which it ended. */
  completed: Completed[];
  /** Each `agent_run` whose work was undone. */
  undone: ReadonlySet<string>;
  /** Those of them that an agent undid: the effect ledger does not know that what it has of them is gone. */
  undoneByAgent: ReadonlySet<string>;
  /** Each `agent_run` that began, however it ended. */
  begun: ReadonlySet<string>;
};

function resultOf({ result, attempts, execution_time_ms }: AgentReturn): ReusedResult {
  return { result, attempts, execution_time_ms };
}

/** What an execution undoes, by its name: that of a local agent leaves nothing else in the history. */
const undoneOf = (undo: string) => undo.slice(UNDO_PREFIX.length).replace(/-\d+$/, '');

/** Reads from a run's histories, oldest first, what its agents did. */
export async function reusableResults(
  histories: History[],
  { start, converter }: { start: RunStart; converter: LoadedDataConverter },
): Promise<WhatRan> {
  const completed = new Map<string, Completed>();
  const undone = new Set<string>();
  const undoneByAgent = new Set<string>();
  const begun = new Set<string>();

  async function first<T>(payloads: Payloads): Promise<T | undefined> {
    const [value] = (await decodePayloads(converter, payloads)) as [T?];
    return value;
  }

  function tellCompleted(execution: Completed) {
    const { agent_run } = execution;
    if (!agent_run.startsWith(UNDO_PREFIX)) return void completed.set(agent_run, execution);
    undone.add(undoneOf(agent_run));
    undoneByAgent.add(undoneOf(agent_run));
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
        begun.add(call.agent_run);
        if (type === UNDO_ACTIVITY) undone.add(call.agent_run);
        else if (call.agent_run.startsWith(UNDO_PREFIX) && call.parent) undone.add(call.parent);
      } else if (done) {
        const call = calls.get(String(done.scheduledEventId));
        const returned = await first<AgentReturn>(done.result);
        if (!call || call.type === UNDO_ACTIVITY || !returned || returned.question) continue;
        const { agent_run, step, type: agent } = call;
        tellCompleted({ agent_run, agent, step, result: resultOf(returned) });
      } else if (local?.markerName === 'core_local_activity') {
        const returned = await first<AgentReturn>(local.details?.result);
        const agent_run = returned?.agent_run;
        if (!returned || !agent_run || returned.question) continue;
        begun.add(agent_run);
        tellCompleted({ agent_run, agent: null, step: null, result: resultOf(returned) });
      }
    }
  }

  for (const [agent_run, result] of Object.entries(start.reused ?? {})) {
    completed.set(agent_run, { agent_run, agent: null, step: null, result });
  }
  for (const history of histories) await readPart(history);
  return { completed: [...completed.values()], undone, undoneByAgent, begun };
}
