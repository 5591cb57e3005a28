import { z } from 'zod';
import type { AppManifest } from '../agents/define-app.ts';
import { BatonError } from '../contracts/baton-error.ts';
import type { WorkflowName } from '../contracts/names.ts';
import { nearestNames } from '../contracts/nearest-names.ts';
import type { RegisteredPlan, RunPlanInput } from '../contracts/plan.ts';
import type { RunAgentInput } from '../contracts/run-agent.ts';
import { workflowContracts } from '../contracts/workflow-contracts.ts';
import { preparePlan } from '../plans/prepare-plan.ts';
import { refuseOtherThanJson } from './refuse-unsendable.ts';

/** A workflow of Baton's by its name, a plan that runs as `runPlan`, or a project's own workflow. */
export type Startable = WorkflowName | RegisteredPlan | { own: string };

/** What a workflow is started with; `timeoutMs` is its own limit, if it has one. */
export type PreparedInput = { workflow: string; input: unknown; timeoutMs?: number };

function parsed(what: string, schema: z.ZodType, input: unknown): unknown {
  refuseOtherThanJson('input', input, what);
  const { success, data, error } = schema.safeParse(input);
  if (success) return data;
  throw new BatonError('InvalidInput', `input of ${what} is refused:\n${z.prettifyError(error)}`);
}

function refuseUnknownAgent({ agent }: RunAgentInput, { agents }: AppManifest) {
  if (Object.hasOwn(agents, agent)) return;
  const nearest = nearestNames(agent, Object.keys(agents)).join(', ') || 'none';
  throw new BatonError('InvalidInput', `the app has no agent ${JSON.stringify(agent)}; the nearest names: ${nearest}`);
}

/**
 * What a workflow is started with, checked before anything starts.
 *
 * @throws BatonError `InvalidInput` listing what is wrong, with paths
 */
export function workflowInput(startable: Startable, given: unknown, manifest: AppManifest): PreparedInput {
  if (typeof startable === 'object' && 'own' in startable) {
    refuseOtherThanJson('input', given, startable.own);
    return { workflow: startable.own, input: given };
  }
  if (typeof startable === 'string' && startable !== 'runPlan') {
    const input = parsed(startable, workflowContracts[startable].input, given);
    if (startable === 'runAgent') refuseUnknownAgent(input as RunAgentInput, manifest);
    return { workflow: startable, input };
  }
  const asked =
    typeof startable === 'string'
      ? (given as RunPlanInput)
      : { plan: startable.plan, input: parsed(`plan ${startable.name}`, startable.input, given) };
  const run = preparePlan(asked, manifest);
  return { workflow: 'runPlan', input: run, timeoutMs: run.plan.timeout_ms };
}
