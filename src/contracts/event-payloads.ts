import { z } from 'zod';
import { failureSchema } from './failure.ts';
import { DEATH_REASONS, RUN_STATUSES } from './names.ts';

const ms = z.number().min(0);
const runEnd = z.looseObject({
  status: z.enum(RUN_STATUSES),
  summary: z.string(),
  execution_time_ms: ms,
  /** Of a cancelled run: from the request until it had stopped. */
  time_to_stop_ms: ms.optional(),
  error: failureSchema.optional(),
  partial_results: z.record(z.string(), z.unknown()).optional(),
});
const operatorAction = z.looseObject({
  by: z.string(),
  action: z.string().optional(),
  reason: z.string().optional(),
});

/** `unknown_to_temporal`: the Temporal that is reached now does not have the run. */
const stallReason = z.enum(['no_worker', 'workflow_task_failing', 'unknown_to_temporal']);

/**
 * Payload of every event type. Readers ignore unknown fields, so every payload is loose: a newer writer's extra field
 * passes an older reader unharmed.
 */
export const eventPayloads = {
  run_started: z.looseObject({ workflow: z.string(), agents: z.array(z.string()) }),
  agent_queued: z.looseObject({ queue_ms: ms, reason: z.enum(['busy', 'fairness', 'limit', 'no_worker']) }),
  /** `queue_ms`: from when it was asked for until now. */
  agent_started: z.looseObject({ input_summary: z.string().max(400), queue_ms: ms.optional() }),
  agent_thinking: z.looseObject({
    reasoning: z.string(),
    step_number: z.int().min(1),
    progress_percentage: z.number().min(0).max(100),
  }),
  tool_executing: z.looseObject({ tool_name: z.string(), call_id: z.string(), parameters: z.unknown() }),
  tool_completed: z.looseObject({
    tool_name: z.string(),
    call_id: z.string(),
    success: z.boolean(),
    result: z.unknown().optional(),
    error: failureSchema.optional(),
    execution_time_ms: ms,
  }),
  agent_retrying: z.looseObject({ error: failureSchema, next_attempt_in_ms: ms }),
  agent_completed: z.looseObject({ result: z.unknown(), execution_time_ms: ms, recovered: z.boolean() }),
  agent_error: z.looseObject({ error: failureSchema }),
  agent_death: z.looseObject({ reason: z.enum(DEATH_REASONS), message: z.string(), limit_ms: ms.optional() }),
  agent_cancelling: z.looseObject({ stage: z.enum(['requested', 'delivered']) }),
  /** `attempts`: how many were begun, where none of them said how it ended; 0 of an agent that no worker took. */
  agent_cancelled: z.looseObject({
    outcome: z.enum(['stopped', 'abandoned']),
    time_to_stop_ms: ms,
    attempts: z.int().min(0).optional(),
  }),
  events_dropped: z.looseObject({ count: z.int().min(1) }),
  step_skipped: z.looseObject({ reason: z.string(), agent: z.string().optional() }),
  compensation_started: z.looseObject({ agent: z.string(), step: z.string().nullable() }),
  compensation_completed: z.looseObject({
    agent: z.string(),
    step: z.string().nullable(),
    success: z.boolean(),
    error: failureSchema.optional(),
  }),
  /** `reminder`: the question was asked before and is about to expire. */
  approval_requested: z.looseObject({
    approval_id: z.string(),
    question: z.string(),
    options: z.array(z.string()),
    expires_at: z.iso.datetime(),
    on_expiry: z.string().optional(),
    reminder: z.boolean().optional(),
  }),
  approval_decided: z.looseObject({
    approval_id: z.string(),
    decision: z.string(),
    by: z.string(),
    comment: z.string().optional(),
    data: z.unknown().optional(),
  }),
  run_paused: operatorAction,
  run_resumed: operatorAction,
  run_restarted: operatorAction,
  run_stalled: operatorAction.extend({ reason: stallReason }),
  /** The run moves again; `reason` is that of the stall which is over. */
  run_recovered: operatorAction.extend({ reason: stallReason.optional() }),
  operator_action: operatorAction,
  run_completed: runEnd,
  /** `lost`: Temporal no longer has the run, and how it ended nobody knows. */
  run_failed: runEnd.extend({ reason: z.enum(['lost']).optional() }),
  run_cancelled: runEnd,
} as const;

export type EventType = keyof typeof eventPayloads;
export const EVENT_TYPES = Object.keys(eventPayloads) as EventType[];
export type EventPayload<Type extends EventType> = z.infer<(typeof eventPayloads)[Type]>;
