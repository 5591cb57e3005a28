import { z } from 'zod';
import { costManifest, ownWorkflows, type KnownApp } from '../../client/own-workflows.ts';
import { boundedMap } from '../../contracts/bounded-map.ts';
import { MAX_NAME_LENGTH } from '../../contracts/id-fault.ts';
import { COST_AGENTS, MAX_PLAN_STEPS } from '../../contracts/names.ts';
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

type Manifest = ReturnType<KnownApp['manifest']>;

/** Agents of a plan, or of what is to be one, with where it names them; compensations among them. */
function agentsIn(plan: unknown): { agent: unknown; path: (string | number)[] }[] {
  const { steps } = (plan ?? {}) as { steps?: unknown };
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: { agent?: unknown; compensate?: { agent?: unknown } } | null, index) => [
    { agent: step?.agent, path: ['steps', index, 'agent'] },
    { agent: step?.compensate?.agent, path: ['steps', index, 'compensate', 'agent'] },
  ]);
}

const TOUCHES_HOST = 'touches the machine that it works on, so that no plan over HTTP may use it';

/** Where a plan names agents that may not be started over HTTP. */
function refusedAgents(plan: unknown, { agents }: Manifest) {
  return agentsIn(plan).filter(
    ({ agent }) => typeof agent === 'string' && Object.hasOwn(agents, agent) && agents[agent]?.touches_host,
  );
}

/** Fields of a plan; it has less than ten. */
const MAX_FIELDS = 100;

/** A plan is checked as a whole when it is started: its schema alone would tell a part of what is wrong with it. */
const runPlanInput = z.strictObject({
  plan: z
    .union([z.string().max(MAX_NAME_LENGTH), boundedMap(z.unknown(), { most: MAX_FIELDS })])
    .describe('a plan, or the name of a registered one'),
  input: z.unknown().optional().describe('input of the plan'),
  results: boundedMap(z.unknown(), { most: MAX_PLAN_STEPS })
    .optional()
    .describe('results by step id; such steps are not run'),
});

function runPlan(manifest: Manifest): WorkflowEntry {
  return {
    name: 'runPlan',
    description: 'A plan that is given with the request, or a registered one by its name',
    input: runPlanInput.superRefine(({ plan: given }, { addIssue }) => {
      const named = typeof given === 'string' && Object.hasOwn(manifest.plans, given);
      const plan = named ? manifest.plans[given]?.plan : given;
      for (const { agent, path } of refusedAgents(plan, manifest)) {
        const message = `agent "${String(agent)}" ${TOUCHES_HOST}`;
        addIssue({ code: 'custom', path: named ? ['plan'] : ['plan', ...path], message });
      }
    }),
  };
}

type JsonSchema = Parameters<typeof z.fromJSONSchema>[0];

/**
 * What may be started over HTTP: `costOptimization` where its agents are, the app's own workflows, and those of its plans,
 * or where that is allowed any plan, whose agents do not touch the machine that they work on.
 */
export async function workflowCatalog({
  app,
  adhocPlans = false,
}: {
  app?: KnownApp;
  adhocPlans?: boolean;
}): Promise<WorkflowEntry[]> {
  if (!app) return [COST_OPTIMIZATION, ...(adhocPlans ? [runPlan(costManifest())] : [])];
  const manifest = app.manifest();
  const { agents, plans } = manifest;
  const adhoc = adhocPlans ? [runPlan(manifest)] : [];
  const offered = Object.entries(plans).filter(([, { plan }]) => refusedAgents(plan, manifest).length === 0);
  const planned = offered.map(([name, { description = `Plan ${name}`, input }]) => ({
    name,
    description,
    input: z.fromJSONSchema(input as JsonSchema),
  }));
  const own = (await ownWorkflows(app)).map((name) => ({ name, description: `Workflow ${name}`, input: z.unknown() }));
  const cost = COST_AGENTS.every((name) => Object.hasOwn(agents, name)) ? [COST_OPTIMIZATION] : [];
  return [...cost, ...planned, ...own, ...adhoc];
}

type Asked = { workflow: string; input: unknown; app?: KnownApp };

/**
 * By what a run was started with, its first agent that may not be started over HTTP, and so not tried again either;
 * undefined where none is.
 */
export function refusedAgentOf({ workflow, input, app }: Asked): string | undefined {
  if (workflow !== 'runPlan' && workflow !== 'runAgent') return undefined;
  const { plan, agent } = (input ?? {}) as { plan?: unknown; agent?: unknown };
  const asked = workflow === 'runPlan' ? plan : { steps: [{ agent }] };
  const [refused] = refusedAgents(asked, app ? app.manifest() : costManifest());
  return refused && String(refused.agent);
}
