import { z } from 'zod';
import type { AgentLimits } from '../contracts/agent-call.ts';
import type { AnyAgent } from './define-agent.ts';
import { limitsOf } from './limits-of.ts';

/** What others need to know of an app without loading its code: plain JSON. */
export type AppManifest = {
  agents: Record<string, { limits: AgentLimits; description?: string; input: object; output: object }>;
};

export type App<Agents extends readonly AnyAgent[] = readonly AnyAgent[]> = {
  agents: Agents;
  /** Module of the app's own workflows, bundled into the worker beside Baton's. */
  workflows?: URL;
  manifest(): AppManifest;
};

/** Agents by name, as a workflow's typed proxies need them. */
export type AgentsByName<Agents extends readonly AnyAgent[]> = { [Agent in Agents[number] as Agent['name']]: Agent };

function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
}

/**
 * Collects agents (and a module of workflows) into an app, which is what a worker loads.
 *
 * @throws TypeError if two agents have one name
 */
export function defineApp<const Agents extends readonly AnyAgent[]>({
  agents,
  workflows,
}: {
  agents: Agents;
  workflows?: URL;
}): App<Agents> {
  const names = agents.map(({ name }) => name);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled) throw new TypeError(`app: two agents are named ${doubled}; an activity type names one agent`);
  return {
    agents,
    workflows,
    manifest: () => ({
      agents: Object.fromEntries(
        agents.map((agent) => [
          agent.name,
          {
            limits: limitsOf(agent),
            description: agent.description,
            input: jsonSchema(agent.input),
            output: jsonSchema(agent.output),
          },
        ]),
      ),
    }),
  };
}
