import type { z } from 'zod';
import type { AgentContext, AnyAgent } from '../agents/define-agent.ts';
import { defineApp, type App } from '../agents/define-app.ts';
import { nearestNames } from '../contracts/nearest-names.ts';
import type { CannedAgent } from './canned-agent.ts';

/** What stands in for an agent: its result, an agent that `cannedAgent` made, or a function in place of its own. */
export type Canned<Agent extends AnyAgent> =
  | z.input<Agent['output']>
  | CannedAgent<Agent>
  | ((
      input: z.output<Agent['input']>,
      ctx: AgentContext,
    ) => z.input<Agent['output']> | Promise<z.input<Agent['output']>>);

/** By agent's name, for as many agents of the app as wanted. */
export type CannedAgents<Agents extends readonly AnyAgent[]> = {
  // Not by renamed keys (`as`): functions given here would not know the types of their parameters then.
  [Name in Agents[number]['name']]?: Canned<Extract<Agents[number], { name: Name }>>;
};

function isCannedAgent(canned: unknown): canned is CannedAgent {
  return typeof canned === 'object' && canned !== null && 'canned' in canned && 'run' in canned;
}

function replaced(agent: AnyAgent, canned: unknown): AnyAgent {
  if (isCannedAgent(canned)) {
    if (canned.name === agent.name) return canned;
    throw new TypeError(`canned: agent ${canned.name} cannot stand in for ${agent.name}; make it of ${agent.name}`);
  }
  const run = typeof canned === 'function' ? (canned as AnyAgent['run']) : () => canned;
  return { ...agent, isolate: undefined, run };
}

/**
 * The app with some of its agents replaced.
 *
 * @throws TypeError when a name is none of the app's agents, or a canned agent was made of another one
 */
export function cannedApp<Agents extends readonly AnyAgent[]>(app: App<Agents>, canned: CannedAgents<Agents>): App {
  const answers = new Map<string, unknown>(Object.entries(canned));
  const known = app.agents.map(({ name }) => name);
  for (const name of answers.keys()) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `canned: the app has no agent ${name}; the nearest names: ${nearestNames(name, known).join(', ')}`,
    );
  }
  const agents = app.agents.map((agent) =>
    answers.has(agent.name) ? replaced(agent, answers.get(agent.name)) : agent,
  );
  return defineApp({ agents, plans: app.plans, workflows: app.workflows, redact: app.redact });
}
