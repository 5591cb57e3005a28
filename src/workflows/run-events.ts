// Runs inside the workflow sandbox.
import { workflowInfo } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import type { EventPayload, EventType } from '../contracts/event-payloads.ts';
import { EVENT_SCHEMA_VERSION } from '../contracts/names.ts';
import type { UserContext } from '../contracts/user-context.ts';

/** The agent whose end the workflow decides, where the activity could not or its claim does not hold. */
export type Verdict = { agent: string; agent_run: string; attempt: number };

/**
 * Collects events of the workflow itself until the next activity takes them along. Numbered by the workflow, so that a
 * replayed or repeated delivery has the same identity and is dropped.
 */
export function createRunEvents({ user_id, thread_id, run_id, request_id }: UserContext) {
  const { workflowId, runId } = workflowInfo();
  let n = 0;
  let pending: NewEvent[] = [];

  function emit<Type extends EventType>(type: Type, payload: EventPayload<Type>, verdict?: Verdict): void {
    n += 1;
    pending.push({
      schema_version: EVENT_SCHEMA_VERSION,
      id: `${workflowId}:${runId}:workflow:${n}`,
      type,
      at: new Date().toISOString(),
      user_id,
      thread_id,
      run_id,
      request_id,
      workflow_id: workflowId,
      agent: verdict?.agent ?? null,
      agent_run: verdict?.agent_run ?? null,
      step: null,
      of: null,
      parent: null,
      generation: 0,
      attempt: verdict?.attempt ?? 1,
      // Not comparable with an activity's `exec` on purpose: a verdict is about the execution, not one attempt of it.
      exec: verdict ? `${verdict.agent}.${verdict.attempt}.verdict` : 'workflow',
      final: verdict !== undefined,
      payload,
    } as NewEvent);
  }

  return {
    emit,
    /** Hands the collected events over; whoever takes them must deliver them. */
    take(): NewEvent[] {
      const taken = pending;
      pending = [];
      return taken;
    },
  };
}

export type RunEvents = ReturnType<typeof createRunEvents>;
