import type { z } from 'zod';
import { planSchema } from '../contracts/plan.ts';
import { fault, unknownName, type PlanFault } from './plan-fault.ts';

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
  return issue.keys.map((key) => unknownName([...path, key], 'field', key, FIELDS[owner] ?? []));
}

/** Where a plan does not have the form of a plan. */
export function shapeFaults(plan: unknown): PlanFault[] {
  return planSchema.safeParse(plan).error?.issues.flatMap(ofIssue) ?? [];
}
