import type { App } from '../agents/define-app.ts';
import type { AnyAgent, Tools } from '../agents/define-agent.ts';
import type { z } from 'zod';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import type { NewEvent } from '../contracts/event.ts';
import { PUBLISH_ACTIVITY } from '../contracts/names.ts';
import { redact } from '../contracts/redact.ts';
import type { Notifier } from '../notifier/notifier.ts';
import { runAttempt } from './run-attempt.ts';

/** One activity per agent, typed by the agent's schemas, and the one that publishes events of the workflow itself. */
export type Activities<Agents extends readonly AnyAgent[]> = {
  [Agent in Agents[number] as Agent['name']]: (
    call: AgentCall<z.input<Agent['input']>>,
  ) => Promise<AgentReturn<z.output<Agent['output']>>>;
} & { [PUBLISH_ACTIVITY]: (input: { events: NewEvent[] }) => Promise<void> };

function refuseOnceTools({ name, tools = {} }: AnyAgent) {
  const once = Object.values(tools as Tools).find((tool) => tool.effect === 'once');
  if (!once) return;
  throw new TypeError(
    `agent ${name}: tool ${once.name} has effect 'once', which needs the effect ledger that this version does not have; ` +
      `a retried agent would call it twice. Make it 'idempotent' by its idempotencyKey`,
  );
}

/**
 * Makes the activities of an app's agents.
 *
 * @throws TypeError if a tool asks for a guarantee that cannot be given
 */
export function createActivities<const Agents extends readonly AnyAgent[]>(
  { agents }: Pick<App<Agents>, 'agents'>,
  { notifier }: { notifier: Notifier },
): Activities<Agents> {
  agents.forEach(refuseOnceTools);
  const byAgent = agents.map((agent) => [agent.name, (call: AgentCall) => runAttempt(agent, call, notifier)]);
  return {
    ...Object.fromEntries(byAgent),
    async [PUBLISH_ACTIVITY]({ events }: { events: NewEvent[] }) {
      for (const event of events) {
        await notifier.publish({ ...event, payload: redact(event.payload) } as NewEvent);
      }
    },
  } as Activities<Agents>;
}
