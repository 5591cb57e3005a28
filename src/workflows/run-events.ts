// Runs inside the workflow sandbox.
import { workflowInfo, type CancellationScope } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import type { EventPayload, EventType } from '../contracts/event-payloads.ts';
import { EVENT_SCHEMA_VERSION } from '../contracts/names.ts';
import type { UserContext } from '../contracts/user-context.ts';
import { createShield } from './create-shield.ts';
import { publishEvents } from './publish-events.ts';

/** What an event of the workflow is about, where it is not about the run as a whole. */
export type About = {
  agent?: string;
  agent_run?: string;
  /** @default 1 */
  attempt?: number;
  step?: string | null;
  of?: number | null;
  parent?: string | null;
  /** The workflow's verdict on how the agent ended, where the activity could not tell or its claim does not hold. */
  final?: boolean;
};

/** Not comparable with an activity's `exec` on purpose: the workflow speaks of the execution, not of one attempt of it. */
function execOf({ agent, attempt = 1, final }: About): string {
  return agent === undefined ? 'workflow' : `${agent}.${attempt}.${final ? 'verdict' : 'workflow'}`;
}

/**
 * Collects events of the workflow itself until the next activity takes them along. Numbered by the workflow, so that a
 * replayed or repeated delivery has the same identity and is dropped.
 */
export function createRunEvents(
  { user_id, thread_id, run_id, request_id }: Omit<UserContext, 'metadata'>,
  generation: number,
  {
    workflowId = workflowInfo().workflowId,
    shield = createShield(),
  }: {
    /** The run that the events are about, where it is another one. */
    workflowId?: string;
    /** Scope that no cancel reaches. */
    shield?: CancellationScope;
  } = {},
) {
  const { runId } = workflowInfo();
  let n = 0;
  let pending: NewEvent[] = [];
  let publishing = Promise.resolve();

  function emit<Type extends EventType>(type: Type, payload: EventPayload<Type>, about: About = {}): void {
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
      agent: about.agent ?? null,
      agent_run: about.agent_run ?? null,
      step: about.step ?? null,
      of: about.of ?? null,
      parent: about.parent ?? null,
      generation,
      attempt: about.attempt ?? 1,
      exec: execOf(about),
      final: about.final ?? false,
      payload,
    } as NewEvent);
  }

  /** Hands the collected events over; whoever takes them must deliver them or give them back. */
  function take(): NewEvent[] {
    const taken = pending;
    pending = [];
    return taken;
  }

  return {
    emit,
    take,
    /** Takes events back that may not have been delivered; those that were are dropped by their identity. */
    putBack(events: NewEvent[]): void {
      const known = new Set(events.map(({ id }) => id));
      pending = [...events, ...pending.filter(({ id }) => !known.has(id))];
    },
    /** Publishes at once what would else wait for the next agent. Resolves when everything so far was handed over. */
    publish(options: { durable?: boolean } = {}): Promise<void> {
      publishing = publishing.then(() => publishEvents(take(), { ...options, shield }));
      return publishing;
    },
  };
}

export type RunEvents = ReturnType<typeof createRunEvents>;
