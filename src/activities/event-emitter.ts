import type { AgentCall } from '../contracts/agent-call.ts';
import type { NewEvent } from '../contracts/event.ts';
import { EVENT_SCHEMA_VERSION } from '../contracts/names.ts';
import type { EventPayload, EventType } from '../contracts/event-payloads.ts';
import { redact as redactAll } from '../contracts/redact.ts';
import type { Notifier } from '../notifier/notifier.ts';
import type { Logger } from '../agents/define-agent.ts';
import { createHeldEvents } from './held-events.ts';

/** Thoughts that wait to be published at most; an agent that thinks without end must not fill its worker's memory. */
const MAX_PENDING = 1_000;

/** Which attempt of which activity speaks; all of it comes from Temporal. */
export type AttemptIdentity = {
  agent: string;
  attempt: number;
  exec: string;
  workflowId: string;
  temporalRunId: string;
  activityId: string;
};

export type EventEmitter = {
  emit<Type extends EventType>(type: Type, payload: EventPayload<Type>): void;
  /** Publishes events that somebody else made, in this emitter's order. */
  forward(events: NewEvent[]): void;
  /**
   * Resolves when everything emitted so far was handed over: whether nothing of it was lost, and what the log does not
   * have yet, which must ride on with the attempt's end.
   */
  flush(): Promise<{ told: boolean; undelivered?: NewEvent[] }>;
  /** Nothing emitted from now on is published: an agent that goes on after its end is not heard. */
  close(): void;
  isOpen(): boolean;
};

/**
 * Numbers and publishes the events of one attempt, one after the other. A failing notifier never fails an agent: the
 * loss is logged, and `flush` says so.
 */
export function createEventEmitter({
  notifier,
  call,
  identity: { agent, attempt, exec, workflowId, temporalRunId, activityId },
  log,
  redact = redactAll,
}: {
  notifier: Notifier;
  call: AgentCall;
  identity: AttemptIdentity;
  log: Logger;
  /** Hides what the attempt knows to be secret. @default what is secret for everybody */
  redact?: <T>(value: T) => T;
}): EventEmitter {
  const { user_id, thread_id, run_id, request_id } = call.context;
  const { agent_run, generation, step, of, parent } = call;
  let n = 0;
  let open = true;
  let told = true;
  const held = createHeldEvents(notifier);
  let queue = Promise.resolve();
  let pending = 0;
  let dropped = 0;

  function publish(event: NewEvent) {
    pending += 1;
    queue = queue
      .then(() => notifier.publish(event))
      .then(() => held.add(event))
      .catch((error: unknown) => {
        told = false;
        log.warn('event was not published', { type: event.type, id: event.id, error: String(error) });
      })
      .finally(() => (pending -= 1));
  }

  function send<Type extends EventType>(type: Type, payload: EventPayload<Type>) {
    n += 1;
    publish({
      schema_version: EVENT_SCHEMA_VERSION,
      id: `${workflowId}:${temporalRunId}:${activityId}:${exec}:${n}`,
      type,
      at: new Date().toISOString(),
      user_id,
      thread_id,
      run_id,
      request_id,
      workflow_id: workflowId,
      agent,
      agent_run,
      step,
      of,
      parent,
      generation,
      attempt,
      exec,
      final: false,
      payload: redact(payload),
    } as NewEvent);
  }

  return {
    emit(type, payload) {
      if (!open) return;
      // Once it drops, it drops until half of them are gone; else every second event would tell of one lost thought.
      const most = dropped > 0 ? MAX_PENDING / 2 : MAX_PENDING;
      if (type === 'agent_thinking' && pending >= most) {
        dropped += 1;
        return;
      }
      if (dropped > 0) send('events_dropped', { count: dropped });
      dropped = 0;
      send(type, payload);
    },
    forward(events) {
      for (const event of events) publish({ ...event, payload: redactAll(event.payload) } as NewEvent);
    },
    async flush() {
      await queue;
      const undelivered = held.now();
      return { told, ...(undelivered.length > 0 && { undelivered }) };
    },
    close() {
      open = false;
    },
    isOpen: () => open,
  };
}
