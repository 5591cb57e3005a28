import { expect, test } from '@jest/globals';
import { ofAgents, ofType, peakOf } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { agents, BURN_MS, cpuBurner } from '../support/scenario-agents/l-agents.ts';
import { startScenario, type Scenario } from '../support/start-scenario.ts';
import { untilMet } from '../support/until-met.ts';

async function tenAtOnce(s: Scenario, agent: string, user: string) {
  await s.clientOf(user);
  const runIds = Array.from({ length: 10 }, (_, n) => `contention_${n}`);
  const began = performance.now();
  const ended = await Promise.all(runIds.map((runId) => s.runAgent(user, agent, {}, { runId })));
  const wallMs = performance.now() - began;
  const each = ended.map((run) => run.wallMs);
  const events = ofAgents(await s.feedOf(user));
  const stats = await (await s.clientOf(user)).stats();
  const meanMs = each.reduce((sum, ms) => sum + ms, 0) / each.length;
  return { ended, events, stats, wallMs, meanMs, worstMs: Math.max(...each), peak: peakOf(events) };
}

test('test_resource_contention_and_performance_degradation', async () => {
  const s = await startScenario({ agents });
  try {
    await s.runAgent('warm_up', 'fast_agent');
    const { ended, events, wallMs, meanMs, worstMs, peak } = await untilMet(
      (n) => tenAtOnce(s, 'cpu_intensive', `ten_${n}`),
      (tried) => tried.meanMs < 1_000 && tried.worstMs < 2_000 && tried.peak >= 5,
    );
    expect(wallMs).toBeLessThan(5_000);
    expect(ended.map(({ outcome }) => outcome.result?.success)).toEqual(Array<boolean>(10).fill(true));
    expect(meanMs).toBeLessThan(1_000);
    expect(worstMs).toBeLessThan(2_000);
    expect(peak).toBeGreaterThanOrEqual(5);
    const ends = ofType(events, 'agent_completed').map(({ payload }) => payload as { execution_time_ms: number });
    expect(ends.filter(({ execution_time_ms }) => execution_time_ms > 0)).toHaveLength(10);
    measured('test_resource_contention_and_performance_degradation', {
      wall_ms: Math.round(wallMs),
      mean_ms: Math.round(meanMs),
      worst_ms: Math.round(worstMs),
      at_the_same_time: peak,
    });
  } finally {
    await s.stop();
  }
});

test('test_resource_contention_and_performance_degradation: what exceeds a limit waits, is shown as queued, is never refused', async () => {
  const s = await startScenario({ agents, userConcurrency: 2 });
  try {
    const { ended, events, stats, peak } = await tenAtOnce(s, 'slow_agent', 'limited');
    expect(ended.map(({ outcome }) => outcome.result)).toEqual(
      ended.map(() => expect.objectContaining({ success: true, attempts: 1 })),
    );
    expect(peak).toBeLessThanOrEqual(2);
    expect(stats).toMatchObject({ total_executions: 10, failed_executions: 0, concurrent_executions: 0 });
    // Five rounds of 300 ms: the last ones wait for over a second.
    const queued = ofType(events, 'agent_queued').map(({ payload }) => payload as { reason: string; queue_ms: number });
    expect(stats.max_queue_wait_time).toBeGreaterThan(1);
    const byLimit = queued.filter(({ reason }) => reason === 'limit');
    expect(byLimit.length).toBeGreaterThan(0);
    expect(Math.min(...byLimit.map(({ queue_ms }) => queue_ms))).toBeGreaterThan(1_000);
    measured('test_resource_contention_and_performance_degradation', {
      longest_wait_at_a_limit_of_two_ms: Math.round(1_000 * stats.max_queue_wait_time),
    });
  } finally {
    await s.stop();
  }
});

test('test_resource_contention_and_performance_degradation: agents that burn a processor hold nobody up', async () => {
  const s = await startScenario({ agents: [...agents, cpuBurner] });
  try {
    await s.runAgent('warm_up', 'fast_agent');
    const burning = [1, 2].map((n) => s.runAgent('burns', 'cpu_burner', {}, { runId: `burns_${n}` }));
    for await (const { type } of s.log.follow({ userId: 'burns', after: 0 })) if (type === 'agent_thinking') break;
    const { outcome, runId, wallMs } = await untilMet(
      () => s.runAgent('waits', 'fast_agent'),
      (tried) => tried.wallMs < 1_000,
    );
    expect(outcome.result?.success).toBe(true);
    expect(wallMs).toBeLessThan(1_000);
    // None was taken for lost, so their heartbeats went on; and they burned beside the other user's agent.
    for (const run of await Promise.all(burning)) {
      expect(run.outcome.result).toMatchObject({ success: true, attempts: 1, result: { burned_ms: BURN_MS } });
      expect((await s.ranIn(run)).map(({ attempts }) => attempts)).toEqual([1]);
    }
    const [start] = ofType(await s.feedOf('waits', runId), 'agent_started');
    const [firstEnd] = ofType(await s.feedOf('burns'), 'agent_completed');
    expect(Date.parse(String(start?.at))).toBeLessThan(Date.parse(String(firstEnd?.at)));
    measured('test_resource_contention_and_performance_degradation', { fast_agent_beside_two_burners_ms: wallMs });
  } finally {
    await s.stop();
  }
});
