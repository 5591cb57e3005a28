import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { PlanResult } from '../../src/contracts/plan.ts';
import { startTestClient } from '../support/test-client.ts';
import { breaker, echo } from '../support/plan-agents.ts';

const undo = defineAgent({
  name: 'undo',
  input: z.unknown(),
  output: z.looseObject({}),
  run: () => ({}),
});

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents: [echo, breaker, undo] });
});
afterAll(() => at.stop());

const steps = [
  { id: 'kept', agent: 'echo', input: { said: 'kept' } },
  { id: 'undone', agent: 'echo', input: { said: 'undone' }, compensate: { agent: 'undo' } },
  { id: 'long', agent: 'echo', input: { wait_ms: 60_000 } },
  { id: 'never', agent: 'echo', input: {} },
];

async function stopped(user: string, stop: 'cancel' | 'terminate') {
  const baton = await at.clientOf(user);
  const plan = { name: 'p', steps };
  const run = await baton.start('runPlan', { plan, results: { given: 1 } });
  for await (const { type, step } of run.events()) if (type === 'agent_started' && step === 'long') break;
  if (stop === 'cancel') await run.cancel();
  else await at.temporal.workflow.getHandle(run.workflowId).terminate('enough');
  return run;
}

const statuses = (result?: PlanResult) => result?.steps.map(({ id, status }) => `${id} ${status}`);

test('a cancelled plan keeps what its steps came to', async () => {
  const outcome = await (await stopped('ann', 'cancel')).result();
  expect(outcome).toMatchObject({ status: 'cancelled', execution_time_ms: expect.any(Number) });
  expect(statuses(outcome.result)).toEqual(['kept completed', 'undone compensated', 'long cancelled', 'never skipped']);
  expect(outcome.result?.steps[0]).toMatchObject({ agent: 'echo', attempts: 1, result: { said: 'kept' } });
  expect(outcome.agents.filter(({ success }) => success).length).toBeGreaterThan(1);
});

test('so does one that was terminated, of which nothing was undone', async () => {
  const outcome = await (await stopped('bea', 'terminate')).result();
  expect(outcome.status).toBe('terminated');
  expect(statuses(outcome.result)).toEqual(['kept completed', 'undone completed', 'long cancelled', 'never skipped']);
});

test('a retry from a step that the run does not have is refused with the nearest names, and from one it has is not', async () => {
  const baton = await at.clientOf('cleo');
  const run = await baton.start('runPlan', {
    plan: { name: 'p', steps: [...steps.slice(0, 1), { id: 'bad', agent: 'breaker' }] },
  });
  expect((await run.result()).status).toBe('failed');
  await expect(run.retry({ by: 'cleo', fromStep: 'kep' })).rejects.toMatchObject({
    type: 'InvalidInput',
    code: 'unknown_step',
    message: expect.stringMatching(/no step "kep"; the nearest names: kept/),
  });
  expect((await run.result()).status).toBe('failed');
  let seen = 0;
  for await (const { seq } of run.events()) seen = seq;
  await expect(run.retry({ by: 'cleo', fromStep: 'kept' })).resolves.toEqual({ repeated: false });
  await run.result();
  const again = [];
  for await (const { type, agent_run } of run.events({ after: seen })) again.push(`${type} ${agent_run}`);
  expect(again).toContain('agent_started kept');
});
