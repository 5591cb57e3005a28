import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ofAgents } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents } from '../support/scenario-agents/l-agents.ts';
import { startScenario, type Scenario } from '../support/start-scenario.ts';

type Limits = { maxConcurrentAgents?: number; userConcurrency?: number };

const USERS = ['deadlock_0', 'deadlock_1', 'deadlock_2'];
const NAMES = ['fast_agent', 'medium_agent', 'cpu_intensive'];

async function oneAfterTheOther(s: Scenario, user: string): Promise<boolean[]> {
  const successes: boolean[] = [];
  for (const name of NAMES) {
    const { outcome } = await s.runAgent(user, name);
    successes.push(outcome.result?.success ?? false);
    await sleep(20);
  }
  return successes;
}

async function expectNothingLeft(s: Scenario) {
  expect(await s.log.openRuns()).toEqual([]);
  for (const user of USERS) {
    expect(await s.leases.taken({ pool: `user/${user}` })).toBe(0);
    const stats = await (await s.clientOf(user)).stats();
    expect(stats).toMatchObject({
      total_executions: 3,
      failed_executions: 0,
      concurrent_executions: 0,
      active_runs: 0,
    });
  }
}

async function perform(limits: Limits): Promise<number> {
  const s = await startScenario({ agents, ...limits });
  try {
    await s.runAgent('warm_up', 'fast_agent');
    const began = performance.now();
    const answers = await Promise.all(USERS.map((user) => oneAfterTheOther(s, user)));
    const wallMs = performance.now() - began;
    expect(answers).toEqual(USERS.map(() => [true, true, true]));
    const feeds = await Promise.all(USERS.map((user) => s.feedOf(user)));
    const told = feeds.map((feed) => ofAgents(feed).filter(({ type }) => type !== 'agent_queued').length);
    expect(told).toEqual([18, 18, 18]);
    await expectNothingLeft(s);
    s.leave();
    await expectNothingLeft(s);
    return Math.round(wallMs);
  } finally {
    await s.stop();
  }
}

test('test_deadlock_prevention_and_cleanup', async () => {
  const wall_ms = await perform({});
  const one_slot_ms = await perform({ maxConcurrentAgents: 1, userConcurrency: 1 });
  measured('test_deadlock_prevention_and_cleanup', { wall_ms, one_slot_ms });
  expect(wall_ms).toBeLessThan(8_000);
  expect(one_slot_ms).toBeLessThan(8_000);
});
