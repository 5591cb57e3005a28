import type { StartOptions } from '../../src/client.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import type { Plan } from '../../src/contracts/plan.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { ofAgents } from './feed-figures.ts';
import { withoutOverruled } from '../../src/testing/without-overruled.ts';
import { startScenario, type Ended } from './start-scenario.ts';

type Answer = AgentOutcome<Record<string, unknown>>;

/** A scenario whose runs come with their outcome, events and attempts at once; its first agent must work. */
export async function openStage(options: Parameters<typeof startScenario>[0]) {
  const scenario = await startScenario(options);

  async function told<Result>({ outcome: run, user, runId, wallMs: wall_ms, workflowId }: Ended<Result>) {
    const all = await scenario.feedOf(user, runId);
    const attempts = (await scenario.ranIn({ workflowId })).map((activity) => activity.attempts);
    return { run, all, events: withoutOverruled(ofAgents(all)), attempts, wall_ms };
  }

  async function run(user: string, agent: string, input: object = {}, startOptions: StartOptions = {}) {
    const ended = await scenario.runAgent(user, agent, input, startOptions);
    return { outcome: ended.outcome.result as Answer, ...(await told(ended)) };
  }

  async function runSteps(user: string, plan: Plan) {
    const ended = await scenario.runPlan(user, { plan });
    return { steps: ended.outcome.result?.steps ?? [], ...(await told(ended)) };
  }

  // The first run of a worker loads its workflow code; scenarios are measured warm.
  await run('warm_up', options.agents[0]?.name ?? '');

  return {
    ...scenario,
    run,
    runSteps,
    openRuns: () => scenario.log.openRuns(),
    statsOf: async (user: string) => (await scenario.clientOf(user)).stats(),
  };
}

export const types = (events: readonly BatonEvent[]) => events.map(({ type }) => type);
export const at = ({ at: time }: BatonEvent) => Date.parse(time);
