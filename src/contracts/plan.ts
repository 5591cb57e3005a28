import { z } from 'zod';
import { failureSchema } from './failure.ts';
import { MAX_NAME_LENGTH, nameFault } from './id-fault.ts';
import { FAILURE_TYPES, MAX_PLAN_STEPS, STEP_STATUSES } from './names.ts';
import { MAX_ATTEMPTS, MAX_DURATION_MS } from './number-fault.ts';

/** Letters, digits, `_` and `-`: a step's id stands in references and in the feed. */
export const STEP_ID = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

const stepId = z.string().regex(STEP_ID, 'must be letters, digits, _ and -, beginning with a letter, at most 64');
const duration = z.int().min(1, 'must be a whole number of milliseconds above 0').max(MAX_DURATION_MS);

export const STRATEGIES = ['sequential', 'parallel'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export const CONDITION_OPS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'exists'] as const;
export type ConditionOp = (typeof CONDITION_OPS)[number];

/** Longest reference of a condition, in characters. */
const MAX_REFERENCE = 1_000;

const retrySchema = z.strictObject({
  /** Attempts in all, the first included. */
  max_attempts: z.int().min(1).max(MAX_ATTEMPTS).optional(),
  initial_interval_ms: duration.optional(),
  backoff: z.number().min(1).max(100).optional(),
  max_interval_ms: duration.optional(),
  /** Failures to retry that are not retried by default. */
  on: z.array(z.enum(FAILURE_TYPES)).max(FAILURE_TYPES.length).optional(),
});

/** Compared with what `ref` points to; `exists` without a value means that it must exist. */
export const conditionSchema = z.strictObject({
  ref: z.string().max(MAX_REFERENCE),
  op: z.enum(CONDITION_OPS),
  value: z.unknown().optional(),
});
export type Condition = z.infer<typeof conditionSchema>;

export const planStepSchema = z.strictObject({
  /** Unique in the plan, in which one agent may stand several times. */
  id: stepId,
  agent: z.string().max(128),
  /** Literals and references. @default one field for each of `needs`, holding its result */
  input: z.unknown().optional(),
  needs: z.array(z.string()).max(MAX_PLAN_STEPS).optional(),
  /** @default the plan's */
  strategy: z.enum(STRATEGIES).optional(),
  /** If it does not hold, the step is skipped. */
  when: conditionSchema.optional(),
  /** Limit of one attempt in milliseconds. @default the agent's */
  timeout_ms: duration.optional(),
  retry: retrySchema.optional(),
  /** The plan goes on when this step fails. @default false */
  continue_on_error: z.boolean().optional(),
  /** Undoes this step when the run fails or is cancelled. */
  compensate: z.strictObject({ agent: z.string().max(128), input: z.unknown().optional() }).optional(),
  /** Run only if one of these failed. */
  fallback_for: z.array(z.string()).min(1).max(MAX_PLAN_STEPS).optional(),
  /** Free, shown to the user. */
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type PlanStep = z.infer<typeof planStepSchema>;

export const planSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(MAX_NAME_LENGTH)
    .refine(
      (name) => name === '' || name.length > MAX_NAME_LENGTH || !nameFault(name),
      'must be printable characters without a space at either end',
    ),
  /** Of the steps that do not say. @default 'sequential' */
  strategy: z.enum(STRATEGIES).optional(),
  /** Steps that may run at once. @default 20 */
  max_parallel: z.int().min(1).max(500).optional(),
  /** Limit of the whole plan in milliseconds. @default the run's */
  timeout_ms: duration.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  steps: z.array(planStepSchema).min(1, 'a plan needs at least one step').max(MAX_PLAN_STEPS),
});
export type Plan = z.infer<typeof planSchema>;

/** Input of `runPlan` as a caller gives it: a plan, or the name of one that the app registered. */
export const runPlanInputSchema = z.strictObject({
  plan: z.union([z.string().max(128), planSchema]),
  input: z.unknown().optional(),
  /** Results supplied at start, by step id; such steps are not run. */
  results: z.record(z.string(), z.unknown()).optional(),
});
export type RunPlanInput = z.input<typeof runPlanInputSchema>;

export const stepResultSchema = z.object({
  id: z.string(),
  agent: z.string(),
  status: z.enum(STEP_STATUSES),
  attempts: z.int().min(0),
  started_at: z.iso.datetime().nullable(),
  execution_time_ms: z.number().min(0),
  result: z.unknown().optional(),
  error: failureSchema.optional(),
  /** Why it was skipped. */
  reason: z.string().optional(),
});
export type StepResult = z.infer<typeof stepResultSchema>;

/** Result of `runPlan`: one entry for each step, in the order of the plan, also of a run that failed. */
export const planResultSchema = z.object({ plan: z.string(), steps: z.array(stepResultSchema) });
export type PlanResult = z.infer<typeof planResultSchema>;

/** A plan that an app registered: as data, with the schema of its input. */
export type RegisteredPlan<Input extends z.ZodType = z.ZodType> = {
  name: string;
  description?: string;
  input: Input;
  plan: Plan;
};
