import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Plan, PlanResult } from '../../src/contracts/plan.ts';
import { expectOwnFeed, ofAgents } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents, W_WORK_MS } from '../support/scenario-agents/w-agents.ts';
import { startScenario, type Ended, type Scenario } from '../support/start-scenario.ts';

let s: Scenario;
beforeAll(async () => {
  s = await startScenario({ agents });
  // The first run of a worker loads its workflow code; scenarios are measured warm.
  await s.runAgent('warm_up', 'reporting');
});
afterAll(() => s.stop());

const REQUEST = { request: 'We want to pay less for AI' };
const resultsOf = ({ outcome }: Ended<PlanResult>) => outcome.result?.steps ?? [];
const statusesOf = (ended: Ended<PlanResult>) => resultsOf(ended).map(({ id, status }) => `${id} ${status}`);

test('test_sequential_workflow_execution_order', async () => {
  const phases = {
    triage: 'analysis',
    data_helper: 'data_gathering',
    optimization: 'recommendation',
    actions: 'implementation',
  };
  const ids = Object.keys(phases) as (keyof typeof phases)[];
  const steps = ids.map((id, n) => {
    const metadata = { phase: phases[id], order: n + 1 };
    return {
      id,
      agent: id,
      input: n === 0 ? '$input' : `$steps.${ids[n - 1]}`,
      metadata,
    };
  });
  const options = { metadata: { workflow_type: 'cost_optimization' } };
  const run = await s.runPlan('order', { plan: { name: 'cost', steps }, input: REQUEST }, options);
  expect(run.wallMs).toBeLessThan(5_000);
  expect(run.outcome.status).toBe('completed');
  expect(statusesOf(run)).toEqual(ids.map((id) => `${id} completed`));

  const events = ofAgents(await s.feedOf('order'));
  expect(events).toHaveLength(24);
  // Each agent's events follow the end of the one before.
  expect(events.map(({ agent }) => agent)).toEqual(ids.flatMap((id) => Array<string>(6).fill(id)));
  const ran = await s.ranIn(run);
  expect(ran.map(({ type, attempts }) => [type, attempts])).toEqual(expect.arrayContaining(ids.map((id) => [id, 1])));
  const calls = ran.filter(({ type }) => (ids as string[]).includes(type));
  expect(calls.map(({ given }) => given.input)).toEqual([
    REQUEST,
    ...resultsOf(run)
      .slice(0, -1)
      .map(({ result }) => result),
  ]);
  measured('test_sequential_workflow_execution_order', {
    wall_ms: run.wallMs,
    beyond_work_ms: run.wallMs - ids.reduce((sum, id) => sum + W_WORK_MS[id], 0),
  });
});

test('test_concurrent_multi_user_workflows', async () => {
  const plan: Plan = {
    name: 'short',
    steps: [
      { id: 'triage', agent: 'triage', input: '$input' },
      { id: 'reporting', agent: 'reporting', needs: ['triage'] },
    ],
  };
  const users = [0, 1, 2].map((i) => ({
    user: `multi_${i}`,
    secret: `secret_data_user_${i}`,
  }));
  const runs = await Promise.all(
    users.map(({ user, secret }) => s.runPlan(user, { plan, input: REQUEST }, { metadata: { user_data: secret } })),
  );
  const feeds = await Promise.all(users.map(({ user }) => s.feedOf(user)));
  let triages = 0;
  for (const [i, { user }] of users.entries()) {
    const [run, events] = [runs[i] as Ended<PlanResult>, feeds[i] ?? []];
    expect(run.wallMs).toBeLessThan(3_000);
    expect(run.outcome.workflow_id).toContain(`/${user}/`);
    expect(statusesOf(run)).toEqual(['triage completed', 'reporting completed']);
    expect(ofAgents(events)).toHaveLength(10);
    const foreign = users.filter((other) => other.user !== user).map(({ secret }) => secret);
    expectOwnFeed(events, user, foreign);
    expect(JSON.stringify(run.outcome)).not.toContain('secret_data');
    triages += (await s.ranIn(run)).filter(({ type }) => type === 'triage').length;
  }
  expect(triages).toBe(3);
  // Each began before any of them had ended.
  const begun = feeds.map(([first]) => Date.parse(String(first?.at)));
  const ended = feeds.map((events) => Date.parse(String(events.at(-1)?.at)));
  expect(Math.max(...begun)).toBeLessThan(Math.min(...ended));
  measured('test_concurrent_multi_user_workflows', {
    wall_ms: Math.max(...runs.map(({ wallMs }) => wallMs)),
  });
});
