import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { ofAgents, ofType, peakOf } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents } from '../support/scenario-agents/l-agents.ts';
import { startScenario, type Ended } from '../support/start-scenario.ts';
import { untilMet } from '../support/until-met.ts';

type Load = {
  user: string;
  startsAfterMs: number;
  agents: string[];
  atOnce: boolean;
};

const burst = (n: number): Load[] =>
  [0, 1, 2, 3, 4].map((i) => {
    const names = Array<string>(3).fill('fast_agent');
    return { user: `burst_${n}_${i}`, startsAfterMs: 0, agents: names, atOnce: true };
  });
const STEADY: Load[] = [0, 50, 150].map((startsAfterMs, n) => {
  return {
    user: `steady_${n}`,
    startsAfterMs,
    agents: ['medium_agent', 'medium_agent'],
    atOnce: false,
  };
});
/** Drawn once, so that every run of the test has the same load. */
const MIXED: Load[] = (['slow_agent', 'fast_agent', 'medium_agent', 'fast_agent'] as const).map((agent, n) => {
  return {
    user: `mixed_${n}`,
    startsAfterMs: [10, 75, 105, 195][n] as number,
    agents: [agent],
    atOnce: false,
  };
});

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

test('test_performance_under_mixed_workload_patterns', async () => {
  const s = await startScenario({ agents });

  async function perform({ user, startsAfterMs, agents: names, atOnce }: Load) {
    await sleep(startsAfterMs);
    const began = performance.now();
    const runs: Ended<AgentOutcome>[] = [];
    if (atOnce) runs.push(...(await Promise.all(names.map((name) => s.runAgent(user, name)))));
    else for (const name of names) runs.push(await s.runAgent(user, name));
    return { runs, tookMs: Math.round(performance.now() - began) };
  }

  async function performAll(part: Load[]) {
    await Promise.all(part.map(({ user }) => s.clientOf(user)));
    const began = performance.now();
    const users = await Promise.all(part.map(perform));
    const wallMs = Math.round(performance.now() - began);
    const stats = await Promise.all(part.map(async ({ user }) => (await s.clientOf(user)).stats()));
    for (const { user } of part) await (await s.clientOf(user)).close();
    await sleep(100);
    const feeds = await Promise.all(part.map(async ({ user }) => ofAgents(await s.feedOf(user))));
    const took = users.map(({ tookMs }) => tookMs);
    const slowest = Math.max(...took);
    return {
      runs: users.flatMap(({ runs }) => runs),
      feeds,
      stats,
      wallMs,
      peak: peakOf(feeds.flat()),
      slowest,
      median: median(took),
    };
  }

  try {
    await s.runAgent('warm_up', 'fast_agent');
    const isMet = ({ peak, slowest, median: middle }: Awaited<ReturnType<typeof performAll>>) =>
      peak >= 10 && slowest <= 2 * middle;
    const first = await untilMet((n) => performAll(burst(n)), isMet);
    const [second, third] = [await performAll(STEADY), await performAll(MIXED)];
    expect(first.wallMs + second.wallMs + third.wallMs).toBeLessThan(15_000);
    const parts = [first, second, third];
    const runs = parts.flatMap((part) => part.runs);
    expect(runs.map(({ outcome }) => outcome.result?.success)).toEqual(Array<boolean>(25).fill(true));

    const stats = parts.flatMap((part) => part.stats);
    expect(stats.map(({ active_runs, concurrent_executions }) => active_runs + concurrent_executions)).toEqual(
      Array<number>(12).fill(0),
    );
    expect(stats.reduce((sum, { total_executions }) => sum + total_executions, 0)).toBe(25);
    const feeds = parts.flatMap((part) => part.feeds);
    expect(feeds.filter((feed) => feed.length > 0)).toHaveLength(12);
    expect(feeds.flat()).toHaveLength(150);
    expect(ofType(feeds.flat(), 'agent_completed')).toHaveLength(25);
    expect(first.peak).toBeGreaterThanOrEqual(10);
    // The burst asks the same for everybody, so nobody may be left behind.
    expect(first.slowest).toBeLessThanOrEqual(2 * first.median);
    measured('test_performance_under_mixed_workload_patterns', {
      wall_ms: first.wallMs + second.wallMs + third.wallMs,
      at_the_same_time: first.peak,
      slowest_user_ms: first.slowest,
      median_user_ms: first.median,
    });
  } finally {
    await s.stop();
  }
});
