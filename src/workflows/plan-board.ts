// Runs inside the workflow sandbox.
import type { PlanRun } from '../contracts/plan-run.ts';
import type { PlanResult, StepResult } from '../contracts/plan.ts';
import type { Compensated } from '../contracts/run.ts';
import type { RunEnd } from './run-end.ts';

/** What a step is told of another one that failed. */
export type ToldFailure = { agent: string; type: string; message: string };

/** Most failures that a step is told: what each step gets must not grow with the number of steps before it. */
const TOLD_FAILURES = 20;

function suppliedStep(id: string, agent: string, result: unknown): StepResult {
  return { id, agent, status: 'completed', attempts: 0, started_at: null, execution_time_ms: 0, result };
}

/** What is known of each step of a plan; asked and told in constant time. */
export function createPlanBoard({ plan, results = {}, settled = [] }: PlanRun) {
  const { steps } = plan;
  const known = new Map<string, StepResult>();
  const failures = new Map<string, ToldFailure>();
  const fallbacks = new Map<string, string[]>();
  for (const { id, fallback_for = [] } of steps) {
    for (const failed of fallback_for) fallbacks.set(failed, [...(fallbacks.get(failed) ?? []), id]);
  }
  const goesOn = new Set(steps.filter((step) => step.continue_on_error).map(({ id }) => id));
  let stop: StepResult | undefined;

  function settle(step: StepResult): void {
    known.set(step.id, step);
    if (step.status !== 'failed' || !step.error) return;
    failures.set(step.id, { agent: step.agent, ...step.error });
    if (!goesOn.has(step.id) && !fallbacks.has(step.id)) stop ??= step;
  }

  for (const { id, agent } of steps) if (Object.hasOwn(results, id)) settle(suppliedStep(id, agent, results[id]));
  for (const step of settled) settle(step);

  return {
    settle,
    isSettled: (id: string) => known.has(id),
    /** A step's end, or a result that was supplied without being a step. */
    of: (id: string) => known.get(id) ?? (Object.hasOwn(results, id) ? suppliedStep(id, id, results[id]) : undefined),
    failureOf: (id: string) => failures.get(id),
    /** The latest failures, by step. */
    failures: () => Object.fromEntries([...failures].slice(-TOLD_FAILURES)),
    /** Whether another step stood in for this one that failed. */
    isCovered: (id: string) => fallbacks.get(id)?.some((other) => known.get(other)?.status === 'completed') ?? false,
    /** The failure that ends the plan, if there was one: nothing new starts. */
    stop: () => stop,
    settled: () => [...known.values()],
    /** Every step that ended, in the order of the plan; those that were undone since are `compensated`. */
    result(undone: readonly Compensated[] = []): PlanResult {
      const compensated = new Set(undone.flatMap(({ step, success }) => (success && step ? [step] : [])));
      const ended = steps.flatMap(({ id }) => known.get(id) ?? []);
      const of = (step: StepResult): StepResult =>
        step.status === 'completed' && compensated.has(step.id) ? { ...step, status: 'compensated' } : step;
      return { plan: plan.name, steps: ended.map(of) };
    },
    end(): RunEnd<PlanResult> {
      const completed = steps.filter(({ id }) => known.get(id)?.status === 'completed').length;
      const summary = `${completed} of ${steps.length} steps completed`;
      if (stop?.error) {
        const message = `step ${stop.id} failed: ${stop.error.message}`;
        return { status: 'failed', summary: message, error: { ...stop.error, message }, result: this.result() };
      }
      const status = failures.size > 0 ? 'completed_with_errors' : 'completed';
      return { status, summary, result: this.result() };
    },
  };
}

export type PlanBoard = ReturnType<typeof createPlanBoard>;
