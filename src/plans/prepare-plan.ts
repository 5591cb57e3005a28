import { z } from 'zod';
import type { AppManifest } from '../agents/define-app.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { PlanRun } from '../contracts/plan-run.ts';
import type { Plan, RunPlanInput } from '../contracts/plan.ts';
import { checkPlan } from './check-plan.ts';
import type { JsonSchema } from './json-schema.ts';
import { fault, faultList, unknownName, type PlanFault } from './plan-fault.ts';

type Manifest = Pick<AppManifest, 'agents'> & Partial<Pick<AppManifest, 'plans'>>;

function refuse(faults: PlanFault[]): never {
  const message = `input of runPlan is refused:\n${faultList(faults)}`;
  throw new BatonError('InvalidInput', message, { code: 'plan_refused', details: { faults } });
}

/** The input as the plan's own schema makes it, with its defaults. */
function checkedInput(input: unknown, schema: object): { input: unknown; faults: PlanFault[] } {
  const parsed = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(input);
  if (parsed.success) return { input: parsed.data, faults: [] };
  return {
    input,
    faults: parsed.error.issues.map(({ path, message }) => fault(['input', ...(path as string[])], message)),
  };
}

/**
 * Makes the workflow's input from what a caller gave: finds a registered plan by its name and checks everything.
 *
 * @throws BatonError `InvalidInput`, code `plan_refused`, listing every fault with its path
 */
export function preparePlan(given: RunPlanInput, { agents, plans = {} }: Manifest): PlanRun {
  const { plan: named, input, results } = given ?? {};
  if (results !== undefined && (results === null || typeof results !== 'object' || Array.isArray(results))) {
    refuse([fault(['results'], 'must be an object of results by step id')]);
  }
  if (typeof named !== 'string') {
    const faults = checkPlan({ plan: named, agents, input, results });
    if (faults.length > 0) refuse(faults);
    return { plan: named as Plan, input, results };
  }
  const registered = Object.hasOwn(plans, named) ? plans[named] : undefined;
  if (!registered) refuse([unknownName(['plan'], 'plan', named, Object.keys(plans))]);
  const checked = checkedInput(input, registered.input);
  const inputSchema = registered.input as JsonSchema;
  const faults = [
    ...checked.faults,
    ...checkPlan({ plan: registered.plan, agents, input: checked.input, inputSchema, results }),
  ];
  if (faults.length > 0) refuse(faults);
  return { plan: registered.plan, input: checked.input, results };
}
