import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlanRun } from '../../src/contracts/plan-run.ts';
import type { Plan, PlanResult } from '../../src/contracts/plan.ts';
import { breaker, echo } from '../support/plan-agents.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

let t: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  t = await startTestWorker({ agents: [echo, breaker] });
});
afterAll(() => t.stop());

async function run(plan: Omit<Plan, 'name'>, rest: Partial<PlanRun> = {}, options = {}) {
  const { handle, runId } = await t.start('runPlan', { plan: { name: 'p', ...plan }, ...rest }, options);
  const outcome = await outcomeOf<PlanResult>(handle);
  const steps = Object.fromEntries((outcome.result?.steps ?? []).map((step) => [step.id, step]));
  const statuses = (outcome.result?.steps ?? []).map(({ id, status }) => `${id} ${status}`);
  return { outcome, steps, statuses, events: t.recorder.of(runId), handle };
}

const says = (id: string, more: object = {}) => ({ id, agent: 'echo', input: { said: id }, ...more });

test('sequential steps run in listed order, and references carry results on unchanged', async () => {
  const steps = [
    { id: 'a', agent: 'echo', input: { list: [1, { x: 'y' }], from: '$input.who', price: '$$5' } },
    { id: 'b', agent: 'echo', input: '$steps.a' },
    { id: 'c', agent: 'echo', input: { x: '$steps.b.list[1].x', who: '$steps.b.from' } },
    { id: 'd', agent: 'echo', needs: ['c'] },
  ];
  const { outcome, steps: got, events, statuses } = await run({ steps }, { input: { who: 'me' } });
  expect(outcome.status).toBe('completed');
  expect(statuses).toEqual(['a completed', 'b completed', 'c completed', 'd completed']);
  expect(got.b?.result).toEqual({ list: [1, { x: 'y' }], from: 'me', price: '$5' });
  expect(got.d?.result).toEqual({ c: { x: 'y', who: 'me' } });
  const ends = events.filter(({ type }) => type === 'agent_started' || type === 'agent_completed');
  expect(ends.map(({ step, type, of }) => `${step} ${type} ${of}`)).toEqual(
    ['a', 'b', 'c', 'd'].flatMap((id) => [`${id} agent_started 4`, `${id} agent_completed 4`]),
  );
});

test('in a diamond the two middle steps overlap and the last one waits for both', async () => {
  const steps = [
    says('a'),
    says('b', { needs: ['a'], input: { wait_ms: 200 } }),
    says('c', { needs: ['a'], input: { wait_ms: 200 } }),
    says('d', { needs: ['b', 'c'] }),
  ];
  const { outcome, events } = await run({ strategy: 'parallel', steps });
  expect(outcome.status).toBe('completed');
  const told = events.map(({ type, step }) => `${type} ${step}`);
  const at = (text: string) => told.indexOf(text);
  expect(at('agent_started c')).toBeLessThan(at('agent_completed b'));
  expect(at('agent_started b')).toBeLessThan(at('agent_completed c'));
  expect(at('agent_started d')).toBeGreaterThan(Math.max(at('agent_completed b'), at('agent_completed c')));
});

test('max_parallel bounds how many steps run at once', async () => {
  const steps = Array.from({ length: 5 }, (_, n) => says(`s${n}`, { input: { wait_ms: 50 } }));
  const { events } = await run({ strategy: 'parallel', max_parallel: 2, steps });
  let open = 0;
  const peak = Math.max(
    ...events.map(({ type }) => (open += type === 'agent_started' ? 1 : type === 'agent_completed' ? -1 : 0)),
  );
  expect(peak).toBe(2);
});

test('a plan that continues on error ends with errors, and later steps are told what failed', async () => {
  const go = { continue_on_error: true };
  const steps = [says('data', go), { id: 'opt', agent: 'breaker', ...go }, { id: 'report', agent: 'echo', ...go }];
  const { outcome, statuses, steps: got } = await run({ steps });
  expect(outcome.status).toBe('completed_with_errors');
  expect(statuses).toEqual(['data completed', 'opt failed', 'report completed']);
  const failed = { opt: { agent: 'breaker', type: 'AgentFailed', message: 'breaker failure' } };
  expect(got.report?.result).toEqual({ failed });
});

test('without the flag the rest is skipped, the run fails and keeps what it has', async () => {
  const steps = [says('data'), { id: 'opt', agent: 'breaker' }, says('report')];
  const { outcome, statuses, steps: got, events } = await run({ steps });
  expect(outcome).toMatchObject({ status: 'failed', error: { message: 'step opt failed: breaker failure' } });
  expect(statuses).toEqual(['data completed', 'opt failed', 'report skipped']);
  expect(got.report?.reason).toBe('step opt failed');
  expect(events.filter(({ step }) => step === 'report').map(({ type }) => type)).toEqual(['step_skipped']);
});

test('a step that needs the result of a failed one fails without starting, and says what is missing', async () => {
  const steps = [
    { id: 'data', agent: 'breaker', continue_on_error: true },
    { id: 'opt', agent: 'echo', needs: ['data'], continue_on_error: true },
  ];
  const { steps: got, events } = await run({ steps });
  expect(got.opt).toMatchObject({ status: 'failed', attempts: 0, error: { type: 'InvalidInput' } });
  expect(got.opt?.error?.message).toBe('needs the result of step data, which is failed: breaker failure');
  const told = events.filter(({ step }) => step === 'opt');
  expect(told).toMatchObject([{ type: 'step_skipped', payload: { reason: got.opt?.error?.message } }]);
});

test('a fallback runs only if its step failed, is told why, and saves the run', async () => {
  const fallback = (id: string, of: string) => ({ id, agent: 'echo', fallback_for: [of] });
  const steps = [says('fine'), { id: 'bad', agent: 'breaker' }, fallback('idle', 'fine'), fallback('help', 'bad')];
  const { outcome, statuses, steps: got } = await run({ steps: [...steps, says('last')] });
  expect(outcome.status).toBe('completed_with_errors');
  expect(statuses).toEqual(['fine completed', 'bad failed', 'idle skipped', 'help completed', 'last completed']);
  expect(got.help?.result).toMatchObject({ failed: { bad: { message: 'breaker failure' } } });
});

test('a condition that does not hold skips its step, and what needs only that', async () => {
  const when = (value: number) => ({ ref: '$steps.a.n', op: 'gt' as const, value });
  const steps = [
    { id: 'a', agent: 'echo', input: { n: 5 } },
    says('yes', { when: when(4) }),
    says('no', { when: when(5) }),
    { id: 'merge', agent: 'echo', needs: ['yes', 'no'] },
    { id: 'lost', agent: 'echo', needs: ['no'] },
  ];
  const { outcome, statuses, steps: got } = await run({ steps });
  expect(outcome.status).toBe('completed');
  expect(statuses).toEqual(['a completed', 'yes completed', 'no skipped', 'merge completed', 'lost skipped']);
  expect(got.merge?.result).toEqual({ yes: { said: 'yes' } });
});

test('supplied results cause no activity', async () => {
  const steps = [says('a'), { id: 'b', agent: 'echo', needs: ['a', 'other'] }];
  const { steps: got, events } = await run({ steps }, { results: { a: { n: 1 }, other: { n: 2 } } });
  expect(got.a).toMatchObject({ status: 'completed', attempts: 0, result: { n: 1 } });
  expect(got.b?.result).toEqual({ a: { n: 1 }, other: { n: 2 } });
  expect(events.some(({ step }) => step === 'a')).toBe(false);
});

test("a step's own limits replace its agent's", async () => {
  const slow = says('slow', { timeout_ms: 200, input: { wait_ms: 5_000 }, continue_on_error: true });
  const retry = { max_attempts: 3, initial_interval_ms: 10 };
  const { steps: got } = await run({ steps: [slow, { id: 'bad', agent: 'breaker', retry }] });
  expect(got.slow).toMatchObject({ status: 'failed', attempts: 1, error: { type: 'AgentTimeout' } });
  expect(got.bad).toMatchObject({ status: 'failed', attempts: 3 });
});

test('a run out of time gives what it has', async () => {
  const { outcome, statuses } = await run(
    { steps: [says('a'), says('b', { input: { wait_ms: 20_000 } }), says('c')] },
    {},
    { timeoutMs: 3_000 },
  );
  expect(outcome.status).toBe('timed_out');
  expect(statuses).toEqual(['a completed', 'b cancelled', 'c skipped']);
});

test('a cancel ends running steps as cancelled and skips the rest', async () => {
  const plan = { name: 'p', steps: [says('a'), says('b', { input: { wait_ms: 20_000 } }), says('c')] };
  const { handle, runId } = await t.start('runPlan', { plan });
  await t.recorder.until(({ run_id, type, step }) => run_id === runId && type === 'agent_started' && step === 'b');
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow('cancelled');
  const told = t.recorder.of(runId).map(({ type, step }) => `${type} ${step}`);
  expect(told).toEqual(expect.arrayContaining(['agent_completed a', 'agent_cancelled b', 'step_skipped c']));
  expect(told.filter((text) => text.endsWith(' c'))).toEqual(['step_skipped c']);
});

test('a failed run undoes its steps in reverse, with what each got and gave', async () => {
  const undo = { compensate: { agent: 'echo' } };
  const steps = [
    says('a', undo),
    says('b', { compensate: { agent: 'echo', input: { was: '$steps.b.said', before: '$steps.a.said' } } }),
    { id: 'bad', agent: 'breaker' },
  ];
  const { outcome, statuses, events } = await run({ steps });
  expect(outcome.status).toBe('failed');
  expect(statuses).toEqual(['a compensated', 'b compensated', 'bad failed']);
  const undone = events.filter(({ type }) => type === 'compensation_completed').map(({ step }) => step);
  expect(undone).toEqual(['b', 'a']);
  const got = events.filter(({ type, agent_run }) => type === 'agent_completed' && agent_run?.startsWith('undo-'));
  expect(got.map(({ payload }) => (payload as { result: unknown }).result)).toEqual([
    { was: 'b', before: 'a' },
    { input: { said: 'a' }, result: { said: 'a' } },
  ]);
});
