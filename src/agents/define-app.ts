import { listFault } from '../contracts/kind-fault.ts';
import { checkGiven, ifGiven } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import { z } from 'zod';
import type { AgentLimits } from '../contracts/agent-call.ts';
import type { Plan, RegisteredPlan } from '../contracts/plan.ts';
import { WORKFLOWS } from '../contracts/names.ts';
import { addRedactionRules, type RedactionRule } from '../contracts/redact.ts';
import type { AnyAgent } from './define-agent.ts';
import { isolationOf } from './isolation-of.ts';
import { limitsOf } from './limits-of.ts';

/** What others need to know of an app without loading its code: plain JSON. */
export type AppManifest = {
  agents: Record<
    string,
    {
      limits: AgentLimits;
      description?: string;
      /** Limits of its process in megabytes, if it has one of its own. */
      isolate?: { heap_mb: number; resident_mb: number };
      /** Whether it may not be started over HTTP. */
      touches_host?: boolean;
      input: object;
      output: object;
    }
  >;
  /** Plans that may be started by name, with the JSON Schema of their input. */
  plans: Record<string, { plan: Plan; description?: string; input: object }>;
};

export type App<Agents extends readonly AnyAgent[] = readonly AnyAgent[]> = {
  agents: Agents;
  plans: readonly RegisteredPlan[];
  /** Module of the app's own workflows, bundled into the worker beside Baton's. */
  workflows?: URL;
  /** What the app keeps secret beside what everybody does. */
  redact?: readonly RedactionRule[];
  manifest(): AppManifest;
};

/** Agents by name, as a workflow's typed proxies need them. */
export type AgentsByName<Agents extends readonly AnyAgent[]> = { [Agent in Agents[number] as Agent['name']]: Agent };

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  return z.toJSONSchema(schema, { unrepresentable: 'any', io });
}

function isolateOf(agent: AnyAgent) {
  const isolation = isolationOf(agent);
  return isolation && { heap_mb: isolation.heapMb, resident_mb: isolation.residentMb };
}

function doubledName(names: string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

function checkPlans(plans: readonly RegisteredPlan[], agents: ReadonlySet<string>) {
  const doubled = doubledName(plans.map(({ name }) => name));
  if (doubled) throw new TypeError(`app: two plans are named ${doubled}; a run is started by the name of one`);
  // The name would start that workflow, with an input that only the plan's schema has checked.
  const shipped = plans.find(({ name }) => (WORKFLOWS as readonly string[]).includes(name));
  if (shipped) throw new TypeError(`app: a plan cannot be named ${shipped.name}: that is a workflow of Baton's`);
  for (const { name, plan } of plans) {
    const used = plan.steps.flatMap(({ agent, compensate }) => (compensate ? [agent, compensate.agent] : [agent]));
    const missing = used.find((agent) => !agents.has(agent));
    if (missing) throw new TypeError(`app: plan ${name} uses agent ${missing}, which is not among the app's agents`);
  }
}

function checkWorkflows(workflows: unknown) {
  if (workflows === undefined) return;
  const given = String(workflows);
  if (URL.canParse(given) && new URL(given).protocol === 'file:' && typeof workflows === 'object') return;
  const remedy = 'new URL(file, import.meta.url)';
  throw new TypeError(
    `app: workflows must be the file: URL of a module, such as ${remedy}, not ${JSON.stringify(given)}`,
  );
}

/** `manifest`: of an app whose parts are spread into another one's. */
const OPTIONS: OptionNames<App> = { agents: true, plans: true, workflows: true, redact: true, manifest: true };

/**
 * Collects agents, plans and a module of workflows into an app, which is what a worker loads.
 *
 * @throws TypeError if an option is unknown, two agents or two plans have one name, a plan uses an agent that the app does not have or has the name of a
 *   workflow of Baton's, workflows are not a file: URL, or a rule of `redact` names nothing or matches everything
 */
export function defineApp<const Agents extends readonly AnyAgent[]>(definition: {
  agents: Agents;
  plans?: readonly RegisteredPlan[];
  workflows?: URL;
  /**
   * Names of keys, in any spelling, and patterns of texts that no event, answer, error or log may show. They hold for the
   * whole process. A pattern sees every text that leaves it, so it should take time in proportion to the text's length.
   */
  redact?: readonly RedactionRule[];
}): App<Agents> {
  checkGiven('', { 'the definition of an app': optionsFault(definition, OPTIONS) });
  const { agents, plans = [], workflows, redact } = definition;
  checkGiven('app: ', { agents: listFault(agents), plans: listFault(plans), redact: ifGiven(redact, listFault) });
  for (const [n, agent] of agents.entries()) {
    if (typeof agent?.name !== 'string' || typeof agent.run !== 'function') {
      throw new TypeError(`app: agents[${n}] must be what defineAgent returns`);
    }
  }
  for (const [n, plan] of plans.entries()) {
    if (!Array.isArray(plan?.plan?.steps)) throw new TypeError(`app: plans[${n}] must be what definePlan returns`);
  }
  checkWorkflows(workflows);
  addRedactionRules(redact ?? []);
  const names = agents.map(({ name }) => name);
  const doubled = doubledName(names);
  if (doubled) throw new TypeError(`app: two agents are named ${doubled}; an activity type names one agent`);
  checkPlans(plans, new Set(names));
  return {
    agents,
    plans,
    workflows,
    redact,
    manifest: () => ({
      agents: Object.fromEntries(
        agents.map((agent) => [
          agent.name,
          {
            limits: limitsOf(agent),
            description: agent.description,
            isolate: isolateOf(agent),
            ...(agent.touchesHost && { touches_host: true }),
            input: jsonSchema(agent.input, 'input'),
            output: jsonSchema(agent.output, 'output'),
          },
        ]),
      ),
      plans: Object.fromEntries(
        plans.map(({ name, plan, description, input }) => [
          name,
          { plan, description, input: jsonSchema(input, 'input') },
        ]),
      ),
    }),
  };
}
