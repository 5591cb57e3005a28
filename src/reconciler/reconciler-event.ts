import type { NewEvent } from '../contracts/event.ts';
import type { EventPayload, EventType } from '../contracts/event-payloads.ts';
import { EVENT_SCHEMA_VERSION, OUTSIDE_EXEC } from '../contracts/names.ts';
import { redact } from '../contracts/redact.ts';
import type { FoldedAgent } from '../feed/folded.ts';
import type { RunIds, RunRecord } from './run-record.ts';

type Options<Type extends EventType> = {
  ids: RunIds;
  temporalRun: string;
  /** Tells this event from the reconciler's others of the run; the same again is the same event. */
  key: string;
  type: Type;
  payload: EventPayload<Type>;
  generation: number;
  /** The agent whose end is told. */
  agent?: FoldedAgent;
};

type Told = { temporalRun: string; key: string };

/** Identity of what the reconciler tells of one Temporal run. */
function reconcilerEventId(workflowId: string, { temporalRun, key }: Told): string {
  return `${workflowId}:${temporalRun}:reconciler:${key}`;
}

/** Whether this was told before, by whomever. */
export function isTold({ ids, told }: RunRecord, what: Told): boolean {
  return told.has(reconcilerEventId(ids.workflowId, what));
}

/** An event of the reconciler. Its identity follows from what happened, so that two reconcilers tell it once. */
export function reconcilerEvent<Type extends EventType>(options: Options<Type>): NewEvent {
  const { ids, temporalRun, key, type, payload, generation, agent } = options;
  return {
    schema_version: EVENT_SCHEMA_VERSION,
    id: reconcilerEventId(ids.workflowId, { temporalRun, key }),
    type,
    at: new Date().toISOString(),
    user_id: ids.userId,
    thread_id: ids.threadId,
    run_id: ids.runId,
    request_id: ids.requestId,
    workflow_id: ids.workflowId,
    agent: agent?.agent ?? null,
    agent_run: agent?.agent_run ?? null,
    step: null,
    of: null,
    parent: null,
    generation,
    attempt: Math.max(1, agent?.attempt ?? 1),
    exec: agent ? `${agent.agent}.${agent.attempt}.verdict` : OUTSIDE_EXEC,
    final: agent !== undefined,
    payload: redact(payload),
  } as unknown as NewEvent;
}
