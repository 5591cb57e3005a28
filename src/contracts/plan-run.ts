import type { Plan, StepResult } from './plan.ts';

/** Input of the workflow `runPlan`: a plan that was checked, as a caller may not give it. */
export type PlanRun = {
  plan: Plan;
  input?: unknown;
  /** Results supplied at start, by step id; such steps are not run. */
  results?: Record<string, unknown>;
  /** Steps that ended in an earlier part of a run that continued as new. */
  settled?: StepResult[];
  /** Events after which the run continues as new. @default 4000 */
  history_events?: number;
};
