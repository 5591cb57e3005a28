import { z } from 'zod';
import { failureSchema } from './failure.ts';
import { RUN_STATUSES } from './names.ts';

/** What one agent's execution came to. A failing agent is an outcome, never an exception in the caller's hands. */
export const agentOutcomeSchema = z.object({
  success: z.boolean(),
  agent: z.string(),
  attempts: z.int().min(0),
  execution_time_ms: z.number().min(0),
  recovered: z.boolean(),
  result: z.unknown().optional(),
  error: failureSchema.optional(),
  /** Of a cancelled agent: from the request until it had stopped. */
  time_to_stop_ms: z.number().min(0).optional(),
});
export type AgentOutcome<Result = unknown> = Omit<z.infer<typeof agentOutcomeSchema>, 'result'> & { result?: Result };

/** What a compensation came to. */
const compensatedSchema = z.object({
  agent: z.string(),
  step: z.string().nullable(),
  /** The `agent_run` whose work was to be undone. */
  of: z.string().nullable(),
  success: z.boolean(),
  error: failureSchema.optional(),
});
export type Compensated = z.infer<typeof compensatedSchema>;

export const runStatusSchema = z.enum(RUN_STATUSES);

/** What a run came to, in every case: completed, failed, cancelled, or closed from outside. */
const runOutcomeSchema = z.object({
  run_id: z.string(),
  workflow_id: z.string(),
  workflow: z.string(),
  status: runStatusSchema,
  execution_time_ms: z.number().min(0).optional(),
  result: z.unknown().optional(),
  agents: z.array(agentOutcomeSchema),
  error: failureSchema.optional(),
  /** What was undone after the run had failed, in the order in which it was. */
  compensations: z.array(compensatedSchema).optional(),
});
export type RunOutcome<Result = unknown> = Omit<z.infer<typeof runOutcomeSchema>, 'result'> & { result?: Result };
