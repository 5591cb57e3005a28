import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { retryRun } from '../../src/client/retry-run.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const ran: string[] = [];
let broken = true;
const input = z.looseObject({ name: z.string().default('') });
const steady = defineAgent({
  name: 'steady',
  input,
  output: z.object({ nth: z.number() }),
  run: ({ name }) => ({ nth: ran.push(name) }),
});
const fragile = defineAgent({
  name: 'fragile',
  input: z.unknown(),
  output: z.object({ ok: z.boolean() }),
  retry: { maxAttempts: 1 },
  run: () => {
    if (broken) throw new Error('not yet');
    return { ok: true };
  },
});
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [steady, fragile] });
});
afterAll(() => worker.stop());

const steps = [
  { agent: 'steady', input: { name: 'one' } },
  { agent: 'steady', input: { name: 'two' } },
  { agent: 'fragile', mustSucceed: true },
];

async function failedRun(more: object[] = []) {
  broken = true;
  ran.length = 0;
  const { handle, runId, workflowId } = await worker.start('scripted', { steps: [...more, ...steps] });
  await expect(outcomeOf(handle)).resolves.toMatchObject({ status: 'failed' });
  broken = false;
  const where = { client: worker.client.workflow, log: worker.log, workflowId };
  return { where, runId, again: () => worker.client.workflow.getHandle(workflowId) };
}

test('reuses what completed, says that it was restarted and by whom', async () => {
  const { where, runId, again } = await failedRun();
  await expect(retryRun(where, { by: 'ops' })).resolves.toEqual({ repeated: false });
  const run = await outcomeOf<{ result: unknown }[]>(again());
  expect(run.result?.map(({ result }) => result)).toEqual([{ nth: 1 }, { nth: 2 }, { ok: true }]);
  expect(ran).toEqual(['one', 'two']);
  const second = worker.recorder.of(runId).filter(({ generation }) => generation === 1);
  expect(second.map(({ type }) => type)).toEqual([
    'run_restarted',
    'agent_started',
    'agent_completed',
    'run_completed',
  ]);
  expect(second[0]).toMatchObject({ payload: { by: 'ops', action: 'retry' } });
});

test('does everything again from the step that is named', async () => {
  const { where, again } = await failedRun();
  await retryRun(where, { by: 'ops', fromStep: 'steady-2' });
  await again().result();
  expect(ran).toEqual(['one', 'two', 'two']);
});

test('does again what was undone', async () => {
  const undo = { compensate: { agent: 'steady', input: { name: 'undo' }, of: 'steady-1' } };
  const { where, again } = await failedRun([undo]);
  expect(ran).toEqual(['one', 'two', 'undo']);
  await retryRun(where, { by: 'ops' });
  await again().result();
  expect(ran).toEqual(['one', 'two', 'undo', 'one']);
});

test('refuses a run that completed', async () => {
  const { handle, workflowId } = await worker.start('scripted', { steps: steps.slice(0, 1) });
  await handle.result();
  await expect(
    retryRun({ client: worker.client.workflow, log: worker.log, workflowId }, { by: 'ops' }),
  ).rejects.toThrow('is completed');
});
