import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { expectGapless } from '../support/expect-feed.ts';
import { ofAgents } from '../support/feed-figures.ts';
import { measured } from '../support/measured.ts';
import { dataHelper, oAgent, optimization, triage } from '../support/scenario-agents/o-agents.ts';
import { at, openStage, types } from '../support/scenario-stage.ts';
import { untilMet } from '../support/until-met.ts';

const SIX = [
  'agent_started',
  'agent_thinking',
  'tool_executing',
  'tool_completed',
  'agent_thinking',
  'agent_completed',
];
const aborted: string[] = [];
const slowAgent = oAgent('slow_agent', 2_000, { timeoutMs: 500, onAbort: () => aborted.push('slow_agent') });

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage({ agents: [triage, dataHelper, optimization, slowAgent] });
});
afterAll(() => stage.stop());

test('test_execution_engine_single_agent_orchestration', async () => {
  const metadata = { user_request: 'Our AI bill is too high' };
  const single = await stage.run('single', 'triage', { request: metadata.user_request }, { metadata });
  const { outcome, wall_ms, events, all, attempts, run } = single;

  expect(outcome).toMatchObject({ success: true, agent: 'triage', attempts: 1 });
  expect(wall_ms).toBeLessThan(2_000);
  expect(types(events)).toEqual(SIX);
  expectGapless(all);
  expect(run.agents.map(({ agent }) => agent)).toEqual(['triage']);
  expect(attempts).toEqual([1]);
  const { result, execution_time_ms } = events.at(-1)?.payload as AgentOutcome;
  expect(result).toEqual(outcome.result);
  expect(execution_time_ms).toBeGreaterThanOrEqual(75);
  expect(execution_time_ms).toBeLessThanOrEqual(wall_ms);
  measured('test_execution_engine_single_agent_orchestration', { events: events.length, wall_ms, execution_time_ms });
});

test('test_execution_performance_under_load', async () => {
  const agents = ['triage', 'data_helper', 'optimization'];
  async function atOnce(n: number) {
    const user = `load_${n}`;
    const ids = (index: number) => ({ runId: `${user}_${index}`, requestId: `${user}_${index}` });
    const startedAt = performance.now();
    const runs = await Promise.all(agents.map((agent, index) => stage.run(user, agent, {}, ids(index))));
    return { user, runs, wall_ms: performance.now() - startedAt };
  }
  const { user, runs, wall_ms } = await untilMet(atOnce, (figures) => figures.wall_ms < 450);

  expect(runs.map(({ outcome }) => [outcome.success, outcome.agent])).toEqual(agents.map((agent) => [true, agent]));
  expect(wall_ms).toBeLessThan(450);
  const all = await stage.feedOf(user);
  const events = ofAgents(all);
  expectGapless(all);
  expect(events).toHaveLength(18);
  for (const { events: own } of runs) expect(types(own)).toEqual(SIX);
  const told = types(events);
  expect(told.lastIndexOf('agent_started')).toBeLessThan(told.indexOf('agent_completed'));
  const figures = { total_executions: 3, failed_executions: 0, concurrent_executions: 0 };
  expect(await stage.statsOf(user)).toMatchObject(figures);
  measured('test_execution_performance_under_load', { events: events.length, wall_ms, sum_of_busy_times_ms: 450 });
});

test('test_agent_execution_timeout_handling', async () => {
  const { outcome, wall_ms, events, all } = await stage.run('late', 'slow_agent');

  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentTimeout' } });
  expect(outcome.error?.message).toMatch(/timed out .*500 ms/);
  expect(wall_ms).toBeLessThan(1_000);
  expect(types(events)).toEqual(['agent_started', 'agent_thinking', 'agent_death']);
  expect(events.at(-1)?.payload).toMatchObject({ reason: 'timeout', limit_ms: 500 });
  expect(aborted).toEqual(['slow_agent']);
  const died_after_ms = at(events.at(-1)!) - at(events[0]!);
  // The agent hears no signal and goes to its tool at 2 s; nobody may hear of it.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await stage.feedOf('late')).toEqual(all);
  expect(await stage.statsOf('late')).toMatchObject({
    total_executions: 1,
    timeout_executions: 1,
    failed_executions: 1,
  });
  measured('test_agent_execution_timeout_handling', { limit_ms: 500, died_after_ms, wall_ms });
});
