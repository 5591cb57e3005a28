import { z } from 'zod';
import { ownWorkflows, type KnownApp } from '../../client/own-workflows.ts';
import { COST_AGENTS } from '../../contracts/names.ts';
import { costOptimizationInput } from '../../contracts/cost-optimization.ts';

/** A workflow that may be started over HTTP. */
export type WorkflowEntry = {
  name: string;
  description: string;
  /** What a caller over HTTP may give; stricter than the workflow's own input where that names files of the server. */
  input: z.ZodType;
};

/**
 * Paths are left out of `costOptimization`: they would let any user read any file that
 * the worker can; usage files come by upload.
 */
const COST_OPTIMIZATION: WorkflowEntry = {
  name: 'costOptimization',
  description: 'From usage files to a savings plan',
  input: costOptimizationInput.omit({ files: true, prices: true }).strict(),
};

/** A plan is checked as a whole when it is started: its schema alone would tell a part of what is wrong with it. */
const RUN_PLAN: WorkflowEntry = {
  name: 'runPlan',
  description: 'A plan that is given with the request, or a registered one by its name',
  input: z.strictObject({
    plan: z.union([z.string(), z.record(z.string(), z.unknown())]).describe('a plan, or the name of a registered one'),
    input: z.unknown().optional().describe('input of the plan'),
    results: z.record(z.string(), z.unknown()).optional().describe('results by step id; such steps are not run'),
  }),
};

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

/**
 * What may be started over HTTP: `costOptimization` where its agents are, the app's plans and own workflows, and any
 * plan where that is allowed.
 */
export async function workflowCatalog({
  app,
  adhocPlans = false,
}: { app?: KnownApp; adhocPlans?: boolean } = {}): Promise<WorkflowEntry[]> {
  const adhoc = adhocPlans ? [RUN_PLAN] : [];
  if (!app) return [COST_OPTIMIZATION, ...adhoc];
  const { agents, plans } = app.manifest();
  const planned = Object.entries(plans).map(([name, { description = `Plan ${name}`, input }]) => ({
    name,
    description,
    input: z.fromJSONSchema(input as JsonSchema),
  }));
  const own = (await ownWorkflows(app)).map((name) => ({ name, description: `Workflow ${name}`, input: z.unknown() }));
  const cost = COST_AGENTS.every((name) => Object.hasOwn(agents, name)) ? [COST_OPTIMIZATION] : [];
  return [...cost, ...planned, ...own, ...adhoc];
}
