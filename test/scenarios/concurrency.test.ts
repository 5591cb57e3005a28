import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { expectOwnFeed, ofAgents, ofType, peakOf, spanOf } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents, L_BUSY_MS } from '../support/scenario-agents/l-agents.ts';
import { startScenario, type Ended, type Scenario } from '../support/start-scenario.ts';
import { untilMet } from '../support/until-met.ts';

let s: Scenario;
beforeAll(async () => {
  s = await startScenario({ agents });
  // The first run of a worker loads its workflow code; scenarios are measured warm.
  await s.runAgent('warm_up', 'fast_agent');
});
afterAll(() => s.stop());

const NAMES = ['fast_agent', 'medium_agent', 'slow_agent', 'cpu_intensive'] as const;
const SUM_OF_BUSY_MS = NAMES.reduce((sum, name) => sum + L_BUSY_MS[name], 0);

type Run = Ended<AgentOutcome>;
type Result = { agent: string; user_id: string; execution_time: number; at_work: number };

const resultOf = ({ outcome }: Run) => outcome.result?.result as Result;

/** Runs everything at the same time, and gives what it came to with the users' feeds. */
async function allAtOnce(users: string[], runs: () => Promise<Run>[]) {
  for (const user of users) await s.clientOf(user);
  const began = performance.now();
  const ended = await Promise.all(runs());
  const wallMs = performance.now() - began;
  const feeds = await Promise.all(users.map((user) => s.feedOf(user)));
  const stats = await Promise.all(users.map(async (user) => (await s.clientOf(user)).stats()));
  const events = feeds.flatMap(ofAgents);
  return { ended, wallMs, feeds, stats, events, peak: peakOf(events) };
}

test('test_multiple_concurrent_agents_single_user', async () => {
  const { ended, wallMs, feeds, stats, events, peak } = await untilMet(
    (n) =>
      allAtOnce([`one_${n}`], () =>
        NAMES.map((name, i) => s.runAgent(`one_${n}`, name, {}, { runId: `run_${name}_${i + 1}` })),
      ),
    (tried) => tried.wallMs < SUM_OF_BUSY_MS && tried.peak === 4,
  );
  expect(wallMs).toBeLessThan(1_000);
  // One after the other they would be busy for longer.
  expect(wallMs).toBeLessThan(SUM_OF_BUSY_MS);
  expect(ended.map(({ outcome }) => [outcome.status, outcome.result?.agent])).toEqual(
    NAMES.map((name) => ['completed', name]),
  );
  expect(ended.map(({ runId }) => runId)).toEqual(NAMES.map((name, i) => `run_${name}_${i + 1}`));
  expectOwnFeed(feeds[0] ?? [], String(ended[0]?.user));
  expect(events).toHaveLength(24);
  expect(peak).toBe(4);
  expect(Math.max(...ended.map((run) => resultOf(run).at_work))).toBe(4);
  expect(stats[0]).toMatchObject({ total_executions: 4, completed_executions: 4, max_concurrent: 4, active_runs: 0 });
  expect(stats[0]?.events.clusters).toBeGreaterThanOrEqual(1);
  for (const [i, name] of NAMES.entries()) {
    const run = ended[i] as Run;
    const ran = (await s.ranIn(run)).filter(({ type }) => type === name);
    expect(ran.map(({ attempts }) => attempts)).toEqual([1]);
    // Node's timers may be early by a millisecond each.
    expect(resultOf(run).execution_time).toBeGreaterThan((L_BUSY_MS[name] - 5) / 1_000);
    const [end, ...more] = ofType(events, 'agent_completed').filter(({ run_id }) => run_id === run.runId);
    expect(more).toEqual([]);
    expect(end?.payload).toMatchObject({ execution_time_ms: expect.any(Number) });
  }
  measured('test_multiple_concurrent_agents_single_user', {
    wall_ms: Math.round(wallMs),
    at_the_same_time: peak,
    events: events.length,
    largest_cluster: stats[0]?.events.largest_cluster ?? 0,
  });
});

test('test_multiple_concurrent_users_with_agent_isolation', async () => {
  const usersOf = (n: number) =>
    NAMES.map((name, i) => ({ name, user: `many_${n}_${i}`, secret: `user_${i}_confidential` }));
  const { users, ended, wallMs, feeds, stats, events, peak } = await untilMet(
    async (n) => {
      const all = usersOf(n);
      const runs = () =>
        all.map(({ name, user, secret: secret_data }) =>
          s.runAgent(user, name, { secret_data }, { metadata: { secret_data } }),
        );
      const names = all.map(({ user }) => user);
      return { users: all, ...(await allAtOnce(names, runs)) };
    },
    (tried) => tried.wallMs < 2_000 && tried.peak === 4,
  );
  expect(wallMs).toBeLessThan(2_000);
  for (const [i, { user, name }] of users.entries()) {
    const [run, feed] = [ended[i] as Run, feeds[i] ?? []];
    expect(run.outcome.status).toBe('completed');
    expect(resultOf(run)).toMatchObject({ user_id: user, agent: name });
    const foreign = users.filter((other) => other.user !== user).map(({ secret }) => secret);
    expectOwnFeed(feed, user, foreign);
    expect(ofAgents(feed)).toHaveLength(6);
    expect(stats[i]).toMatchObject({ total_executions: 1, concurrent_executions: 0 });
    for (const secret of foreign) expect(JSON.stringify([run.outcome, stats[i]])).not.toContain(secret);
  }
  expect(peak).toBe(4);
  const perSecond = (1_000 * events.length) / spanOf(events);
  expect(perSecond).toBeGreaterThanOrEqual(5);
  measured('test_multiple_concurrent_users_with_agent_isolation', {
    wall_ms: Math.round(wallMs),
    at_the_same_time: peak,
    events_per_second: Math.round(perSecond),
  });
});
