import { Context } from '@temporalio/activity';
import type { App } from '../agents/define-app.ts';
import type { AnyAgent, Tools } from '../agents/define-agent.ts';
import type { z } from 'zod';
import type { AgentCall, AgentReturn } from '../contracts/agent-call.ts';
import type { NewEvent } from '../contracts/event.ts';
import {
  ATTEMPTS_ACTIVITY,
  CLAIM_ACTIVITY,
  END_ACTIVITY,
  PUBLISH_ACTIVITY,
  UNDO_ACTIVITY,
} from '../contracts/names.ts';
import type { DecisionClaim } from '../contracts/decision-claim.ts';
import type { DecisionMessage } from '../contracts/run-messages.ts';
import type { RunOutcome } from '../contracts/run.ts';
import { redact } from '../contracts/redact.ts';
import type { UndoCall, UndoReturn } from '../contracts/undo-call.ts';
import type { Dependencies } from './dependencies.ts';
import { claimDecision } from './claim-decision.ts';
import { endRun, publishRunEvents } from './publish-run-events.ts';
import { runAttempt } from './run-attempt.ts';
import { undoEffects } from './undo-effects.ts';

/** What a run's own code asks for beside agents; it waits in a queue of its own. */
export type EngineActivities = {
  [PUBLISH_ACTIVITY]: (input: { events: NewEvent[] }) => Promise<void>;
  [END_ACTIVITY]: (input: { events: NewEvent[] }, outcome?: RunOutcome) => Promise<void>;
  [CLAIM_ACTIVITY]: (claim: DecisionClaim) => Promise<DecisionMessage>;
  [ATTEMPTS_ACTIVITY]: (agentRuns: string[]) => Promise<Record<string, number>>;
};

/** One activity per agent, typed by the agent's schemas, and those that are no agents: publishing and undoing. */
export type Activities<Agents extends readonly AnyAgent[]> = {
  [Agent in Agents[number] as Agent['name']]: (
    call: AgentCall<z.input<Agent['input']>>,
  ) => Promise<AgentReturn<z.output<Agent['output']>>>;
} & {
  [PUBLISH_ACTIVITY]: (input: { events: NewEvent[] }) => Promise<void>;
  [UNDO_ACTIVITY]: (call: UndoCall) => Promise<UndoReturn>;
};

function checkNeeds({ name, tools = {}, concurrency, isolate }: AnyAgent, { effects, leases, runAgent }: Dependencies) {
  const own = Object.values(tools as Tools);
  const changing = own.find((tool) => tool.effect !== 'none');
  if (changing && !effects) {
    throw new TypeError(
      `agent ${name}: tool ${changing.name} has effect '${changing.effect}': give its worker \`effects\``,
    );
  }
  const limited = own.find((tool) => tool.rateLimit);
  if ((limited || concurrency) && !leases) {
    const what = limited ? `tool ${limited.name} has a rate limit` : 'it has a limit of concurrency';
    throw new TypeError(`agent ${name}: ${what}: give its worker \`leases\``);
  }
  if (isolate && !runAgent) throw new TypeError(`agent ${name} is isolated: give its worker \`runAgent\``);
}

/** How many attempts agents of the calling run have made; nothing of any where attempts are not recorded. */
async function countAttempts(agentRuns: readonly string[], effects: Dependencies['effects']) {
  const { workflowId = '', runId: temporalRun = '' } = Context.current().info.workflowExecution ?? {};
  return (await effects?.attempts.count({ workflowId, temporalRun, agentRuns })) ?? {};
}

/** Makes the activities of the engine's own queue. */
export function createEngineActivities({
  notifier,
  decisions,
  effects,
}: Pick<Dependencies, 'notifier' | 'decisions' | 'effects'>) {
  return {
    [PUBLISH_ACTIVITY]: ({ events }) => publishRunEvents(events, notifier),
    [END_ACTIVITY]: ({ events }, outcome) => endRun(events, outcome, notifier),
    [CLAIM_ACTIVITY]: (claim) => claimDecision(claim, decisions),
    [ATTEMPTS_ACTIVITY]: (agentRuns) => countAttempts(agentRuns, effects),
  } satisfies EngineActivities;
}

/**
 * Makes the activities of an app's agents.
 *
 * @throws TypeError if an agent needs a store that is not given
 */
export function createActivities<const Agents extends readonly AnyAgent[]>(
  { agents }: Pick<App<Agents>, 'agents'>,
  dependencies: Dependencies,
): Activities<Agents> {
  const { notifier, effects } = dependencies;
  for (const agent of agents) checkNeeds(agent, dependencies);
  const byAgent = agents.map((agent) => [agent.name, (call: AgentCall) => runAttempt(agent, call, dependencies)]);

  return {
    ...Object.fromEntries(byAgent),
    [PUBLISH_ACTIVITY]: ({ events }: { events: NewEvent[] }) => publishRunEvents(events, notifier),
    async [UNDO_ACTIVITY](call: UndoCall): Promise<UndoReturn> {
      // By the outbox, if there is one: a log that is down must not keep anything from being undone.
      for (const event of call.events) {
        await notifier.publish({ ...event, payload: redact(event.payload) } as NewEvent);
      }
      const undone = effects ? await undoEffects(agents, call, effects) : { undone: 0, failed: [] };
      // The run's end may be published by another worker, and the log takes nothing of the run after it.
      const undelivered = call.events.filter(({ id }) => notifier.holds?.(id));
      return undelivered.length > 0 ? { ...undone, undelivered } : undone;
    },
  } as Activities<Agents>;
}
