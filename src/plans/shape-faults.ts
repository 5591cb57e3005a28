import type { z } from 'zod';
import { planSchema } from '../contracts/plan.ts';
import { fault, MAX_PLAN_FAULTS, unknownName, type PlanFault } from './plan-fault.ts';

/** What a plan and its parts may say, for suggestions: by the last field name of the path, '' for the plan itself. */
const FIELDS: Record<string, string[]> = {
  '': Object.keys(planSchema.shape),
  steps: Object.keys(planSchema.shape.steps.element.shape),
  retry: ['max_attempts', 'initial_interval_ms', 'backoff', 'max_interval_ms', 'on'],
  when: ['ref', 'op', 'value'],
  compensate: ['agent', 'input'],
};

function ofIssue(issue: z.core.$ZodIssue): PlanFault[] {
  const path = issue.path as (string | number)[];
  if (issue.code !== 'unrecognized_keys') return [fault(path, issue.message)];
  const owner = path.findLast((segment) => typeof segment === 'string') ?? '';
  return issue.keys
    .slice(0, MAX_PLAN_FAULTS)
    .map((key) => unknownName([...path, key], 'field', key, FIELDS[owner] ?? []));
}

/** Where a plan does not have the form of a plan, as far as `MAX_PLAN_FAULTS`. */
export function shapeFaults(plan: unknown): PlanFault[] {
  const issues = planSchema.safeParse(plan).error?.issues ?? [];
  return issues.slice(0, MAX_PLAN_FAULTS).flatMap(ofIssue).slice(0, MAX_PLAN_FAULTS);
}
