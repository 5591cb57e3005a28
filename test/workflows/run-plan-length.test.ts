import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlanResult } from '../../src/contracts/plan.ts';
import { breaker, echo } from '../support/plan-agents.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

let t: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  t = await startTestWorker({ agents: [echo, breaker] });
});
afterAll(() => t.stop());

test('a plan of 500 steps works', async () => {
  const steps = Array.from({ length: 500 }, (_, n) => ({ id: `s${n}`, agent: 'echo', input: { n } }));
  const { handle, runId } = await t.start('runPlan', { plan: { name: 'long', strategy: 'parallel', steps } });
  const { status, result } = await outcomeOf<PlanResult>(handle);
  expect(status).toBe('completed');
  expect(result?.steps.map((step) => step.result)).toEqual(steps.map(({ input }) => input));
  expect(t.recorder.of(runId).filter(({ type }) => type === 'agent_completed')).toHaveLength(500);
});

test('a run whose history grows long continues as new, and nobody sees it', async () => {
  const steps = Array.from({ length: 12 }, (_, n) =>
    n === 0
      ? { id: 's0', agent: 'breaker', continue_on_error: true }
      : { id: `s${n}`, agent: 'echo', input: { n, before: n > 1 ? `$steps.s${n - 1}.n` : null } },
  );
  const { handle, runId } = await t.start('runPlan', { plan: { name: 'long', steps }, history_events: 30 });
  const { status, result } = await outcomeOf<PlanResult>(handle);
  expect(status).toBe('completed_with_errors');
  expect(result?.steps.map((step) => step.status)).toEqual(['failed', ...Array(11).fill('completed')]);
  expect(result?.steps[11]?.result).toEqual({ n: 11, before: 10 });
  const types = t.recorder.of(runId).map(({ type }) => type);
  expect(types.filter((type) => type === 'run_started')).toHaveLength(1);
  expect(types.filter((type) => type === 'agent_started')).toHaveLength(12);
  expect((await handle.describe()).runId).not.toBe(handle.firstExecutionRunId);
});

test('inputs too large for one task of the workflow are scheduled over several', async () => {
  const steps = Array.from({ length: 12 }, (_, n) => ({
    id: `s${n}`,
    agent: 'breaker',
    continue_on_error: true,
    input: { big: '$input.big' },
  }));
  const input = { big: 'x'.repeat(400_000) };
  const { handle } = await t.start('runPlan', { plan: { name: 'big', strategy: 'parallel', steps }, input });
  expect((await outcomeOf<PlanResult>(handle)).result?.steps).toHaveLength(12);
});
