import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { ofAgents } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents } from '../support/scenario-agents/l-agents.ts';
import { startScenario, type Scenario } from '../support/start-scenario.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

type Limits = { maxConcurrentAgents?: number; userConcurrency?: number };

const USERS = ['deadlock_0', 'deadlock_1', 'deadlock_2'];
const NAMES = ['fast_agent', 'medium_agent', 'cpu_intensive'];

const asking = defineAgent({
  name: 'asking',
  input: z.object({}),
  output: z.object({ decision: z.string() }),
  run: async (_input, { ask }) => ({ decision: (await ask({ question: 'Go on?' })).decision }),
});

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

test('test_deadlock_prevention_and_cleanup: a run that waits for an agent, a child or an answer holds no slot', async () => {
  const t = await startTestWorker({ agents: [asking, ...agents], maxConcurrentAgents: 1 });
  const limits = { limit_user: 1, waits: true };
  try {
    const { handle, runId } = await t.start('withChild', { agent: 'asking', input: {} }, { limits });
    const asked = await t.recorder.until(({ type }) => type === 'approval_requested');
    // The parent waits for its child, the child for its agent, and the agent for an answer: for one user, on one slot.
    for (const name of NAMES) expect((await t.runAgent(name, {}, { limits })).outcome.success).toBe(true);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    const { approval_id } = asked.payload as { approval_id: string };
    const childId = workflowIdOf({ workflow: 'runAgent', userId: 'u1', runId: `${runId}_child` });
    const decision = { approval_id, decision: 'approve', by: 'ann' };
    await t.client.workflow.getHandle(childId).executeUpdate('decide', { args: [decision] });
    expect(await outcomeOf(handle)).toMatchObject({ result: { success: true, result: { decision: 'approve' } } });
  } finally {
    await t.stop();
  }
});
