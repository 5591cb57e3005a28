import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { measured } from '../support/measured.ts';
import { immediateFail, silentFail, timeoutAgent, workingAgent } from '../support/scenario-agents/f-agents.ts';
import { at, openStage, types } from '../support/scenario-stage.ts';

const aborted: string[] = [];
const agents = [
  workingAgent,
  immediateFail({ retry: { maxAttempts: 3 } }),
  timeoutAgent({ timeoutMs: 500 }, () => aborted.push('timeout_agent')),
  silentFail(),
  silentFail(null, 'null_fail'),
  silentFail({}, 'empty_fail'),
];

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  // One place for agents, so that one that does not let go of it would be noticed.
  stage = await openStage({ agents, maxConcurrentAgents: 1 });
});
afterAll(() => stage.stop());

test('test_immediate_exception_recovery', async () => {
  const { outcome, wall_ms, events, attempts } = await stage.run('immediate', 'immediate_fail');

  expect(outcome).toMatchObject({ success: false, agent: 'immediate_fail', attempts: 3 });
  expect(outcome.error).toEqual({ type: 'AgentFailed', message: 'Immediate failure in immediate_fail' });
  expect(wall_ms).toBeLessThan(2_000);
  const attempt = ['agent_started', 'agent_thinking', 'agent_retrying'];
  expect(types(events)).toEqual([...attempt, ...attempt, 'agent_started', 'agent_thinking', 'agent_error']);
  expect(events.at(-1)).toMatchObject({ agent: 'immediate_fail', attempt: 3, payload: { error: outcome.error } });
  expect(attempts).toEqual([3]);
  expect(await stage.statsOf('immediate')).toMatchObject({ total_executions: 1, failed_executions: 1 });
  const next = await stage.run('immediate', 'working_agent');
  expect(next.outcome.success).toBe(true);
  measured('test_immediate_exception_recovery', { attempts: 3, wall_ms });
});

test('test_agent_timeout_handling', async () => {
  const { outcome, wall_ms, events, attempts } = await stage.run('late', 'timeout_agent');

  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentTimeout' } });
  expect(outcome.error?.message).toMatch(/timed out .*500 ms/);
  expect(wall_ms).toBeLessThan(1_000);
  expect(types(events)).toEqual(['agent_started', 'agent_thinking', 'agent_death']);
  expect(events.at(-1)?.payload).toMatchObject({ reason: 'timeout', limit_ms: 500 });
  expect(aborted).toEqual(['timeout_agent']);
  expect(attempts).toEqual([1]);
  const figures = { total_executions: 1, failed_executions: 1, timeout_executions: 1, dead_executions: 0 };
  expect(await stage.statsOf('late')).toMatchObject(figures);
  const next = await stage.run('late', 'working_agent');
  const free_after_ms = at(next.events[0]!) - at(events.at(-1)!);
  expect(free_after_ms).toBeLessThan(1_000);
  measured('test_agent_timeout_handling', { limit_ms: 500, wall_ms, place_free_after_ms: free_after_ms });
});

test('test_silent_failure_detection', async () => {
  const { outcome, wall_ms, events, attempts } = await stage.run('silent', 'silent_fail');

  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentSilent' } });
  expect(outcome.error?.message).toContain('died silently');
  expect(types(events)).toEqual(['agent_started', 'agent_thinking', 'agent_death']);
  expect(events.at(-1)?.payload).toMatchObject({ reason: 'silent' });
  expect(attempts).toEqual([1]);
  const figures = { total_executions: 1, failed_executions: 1, dead_executions: 1 };
  expect(await stage.statsOf('silent')).toMatchObject(figures);
  measured('test_silent_failure_detection', { attempts: 1, wall_ms });
});

describe('an agent that returns', () => {
  test('null died silently as well', async () => {
    const { outcome, events } = await stage.run('silent', 'null_fail');
    expect(outcome.error).toMatchObject({ type: 'AgentSilent', message: expect.stringContaining('died silently') });
    expect(types(events)).toEqual(['agent_started', 'agent_thinking', 'agent_death']);
  });

  test('an empty object is held to its schema', async () => {
    const { outcome, events } = await stage.run('silent', 'empty_fail');
    expect(outcome.error).toMatchObject({ type: 'InvalidOutput', message: expect.stringContaining('schema') });
    expect(types(events)).toEqual(['agent_started', 'agent_thinking', 'agent_error']);
  });
});

test('test_workflow_compensation_after_failure', async () => {
  const plan = (second: string) => ({
    name: 'forward',
    steps: [
      { id: 'first', agent: 'working_agent', input: {}, continue_on_error: true },
      { id: 'second', agent: second, input: {}, continue_on_error: true },
      { id: 'instead', agent: 'working_agent', fallback_for: ['second'], continue_on_error: true },
    ],
  });
  const failing = await stage.runSteps('forward', plan('immediate_fail'));

  const { steps } = failing;
  expect(steps.map(({ id, agent, status }) => [id, agent, status])).toEqual([
    ['first', 'working_agent', 'completed'],
    ['second', 'immediate_fail', 'failed'],
    ['instead', 'working_agent', 'completed'],
  ]);
  expect(failing.run.status).toBe('completed_with_errors');
  expect(types(failing.events).filter((type) => type === 'agent_completed')).toHaveLength(2);
  expect(types(failing.events).filter((type) => type === 'agent_error')).toHaveLength(1);
  const begun = failing.events.find(({ step, type }) => step === 'instead' && type === 'agent_started');
  expect(JSON.stringify(begun?.payload)).toContain('Immediate failure in immediate_fail');
  expect(failing.attempts).toEqual([1, 3, 1]);

  const fine = await stage.runSteps('forward', plan('working_agent'));
  expect(fine.steps.map(({ status }) => status)).toEqual(['completed', 'completed', 'skipped']);
  expect(fine.events.filter(({ step }) => step === 'instead').map(({ type }) => type)).not.toContain('agent_started');
  measured('test_workflow_compensation_after_failure', { completed: 2, failed: 1, wall_ms: failing.wall_ms });
});
