import { z } from 'zod';
import { EVENT_TYPES, eventPayloads, type EventPayload, type EventType } from './event-payloads.ts';

const envelope = z.object({
  schema_version: z.int().min(1),
  /** Identity: appending the same id twice leaves one event. */
  id: z.string().min(1),
  type: z.enum(EVENT_TYPES as [EventType, ...EventType[]]),
  at: z.iso.datetime({ precision: 3 }),
  user_id: z.string().min(1),
  thread_id: z.string().min(1),
  run_id: z.string().min(1),
  request_id: z.string().min(1),
  workflow_id: z.string().min(1),
  /** Name of the agent; null on events of the run itself. */
  agent: z.string().nullable(),
  /** One execution of an agent in the run, the same on every attempt of it. */
  agent_run: z.string().nullable(),
  /** Plan step id and number of steps, where the run is a plan. */
  step: z.string().nullable(),
  of: z.int().nullable(),
  parent: z.string().nullable(),
  generation: z.int().min(0),
  attempt: z.int().min(1),
  /** One attempt of one execution: type, attempt number and the time it was scheduled, which a reset changes. */
  exec: z.string().min(1),
  /** The workflow's verdict, which wins over an activity's claim. */
  final: z.boolean(),
  payload: z.record(z.string(), z.unknown()),
});

type Envelope = z.infer<typeof envelope>;

/** An event as a producer publishes it: everything but what the log gives (`seq` and `epoch`). */
export type NewEvent = {
  [Type in EventType]: Omit<Envelope, 'type' | 'payload'> & { type: Type; payload: EventPayload<Type> };
}[EventType];

/** An event as a reader gets it: `seq` counts 1, 2, 3 ... per user within `epoch`. */
export type BatonEvent = NewEvent & { seq: number; epoch: string };

function checkPayload(event: Envelope, context: z.RefinementCtx) {
  const parsed = eventPayloads[event.type].safeParse(event.payload);
  for (const issue of parsed.error?.issues ?? []) {
    context.addIssue({ code: 'custom', message: issue.message, path: ['payload', ...issue.path] });
  }
}

/** Checks an event before it is published. */
export const newEventSchema = envelope.superRefine(checkPayload) as unknown as z.ZodType<NewEvent>;

/** Checks an event as read from a log or a socket. */
export const eventSchema = envelope
  .extend({ seq: z.int().min(1), epoch: z.string().min(1) })
  .superRefine(checkPayload) as unknown as z.ZodType<BatonEvent>;
