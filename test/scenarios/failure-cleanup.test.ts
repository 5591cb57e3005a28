import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { measured } from '../support/measured.ts';
import {
  immediateFail,
  memoryFail,
  networkFail,
  partialFail,
  workingAgent,
} from '../support/scenario-agents/f-agents.ts';
import { openStage, types } from '../support/scenario-stage.ts';

const twice = { retry: { maxAttempts: 2 } };
const EXPECTED = {
  immediate_fail: { type: 'AgentFailed', says: 'Immediate failure' },
  partial_fail: { type: 'AgentFailed', says: 'Partial failure' },
  memory_fail: { type: 'OutOfMemory', says: 'memory' },
  network_fail: { type: 'NetworkError', says: 'network' },
};

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  const agents = [workingAgent, immediateFail(twice), partialFail(twice), memoryFail, networkFail(twice)];
  stage = await openStage({ agents });
});
afterAll(() => stage.stop());

/** Bytes in use once everything that nobody holds is gone. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

test('test_resource_cleanup_after_failures', async () => {
  const [before, openBefore, pid] = [await stage.statsOf('broken'), await stage.openRuns(), process.pid];
  for (const [agent, { type, says }] of Object.entries(EXPECTED)) {
    const { outcome, run, events } = await stage.run('broken', agent, {}, { runId: `broken_${agent}` });
    expect([run.status, outcome.success]).toEqual(['failed', false]);
    expect(outcome.error).toMatchObject({ type, message: expect.stringContaining(says) });
    expect(outcome.result).toBeUndefined();
    expect(await stage.openRuns()).toEqual(openBefore);
    if (agent !== 'partial_fail') continue;
    const last = events.filter(({ attempt }) => attempt === 2);
    expect(types(last)).toEqual(['agent_started', 'agent_thinking', 'agent_thinking', 'agent_error']);
  }
  const after = await stage.statsOf('broken');
  expect(after).toMatchObject({ concurrent_executions: 0, active_runs: 0 });
  expect(after.total_executions - before.total_executions).toBe(4);
  expect(after.failed_executions - before.failed_executions).toBe(4);
  const next = await stage.run('broken', 'working_agent');
  expect([next.outcome.success, process.pid]).toEqual([true, pid]);
  measured('test_resource_cleanup_after_failures', { failed: 4, active_runs: 0 });
});

test('fifty rounds of failures leave the heap flat', async () => {
  const steps = Object.keys(EXPECTED).map((agent) => ({ id: agent, agent, input: {}, continue_on_error: true }));
  const plan = { name: 'round', strategy: 'parallel' as const, steps };
  const rounds = async (count: number) => {
    for (let n = 0; n < count; n += 10) {
      const ended = await Promise.all(Array.from({ length: 10 }, () => stage.runPlan('rounds', { plan })));
      expect(ended.every(({ outcome }) => outcome.status === 'completed_with_errors')).toBe(true);
    }
  };
  await rounds(10);
  const before = heapInUse();
  await rounds(50);
  const grown_percent = (100 * (heapInUse() - before)) / before;
  expect(grown_percent).toBeLessThan(10);
  expect(await stage.openRuns()).toEqual([]);
  expect(await stage.statsOf('rounds')).toMatchObject({ total_executions: 240, failed_executions: 240 });
  measured('test_resource_cleanup_after_failures', { heap_growth_in_50_rounds_percent: grown_percent });
});
