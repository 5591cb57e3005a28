import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { fingerprint } from '../../src/client/fingerprint.ts';
import { echo } from '../support/plan-agents.ts';
import { startTestClient } from '../support/test-client.ts';
import { thought } from '../support/test-gateway.ts';

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents: [echo] });
});
afterAll(() => at.stop());

const plan = { name: 'p', steps: [{ id: 'a', agent: 'echo', input: { said: 'a' } }] };
const call = { agent: 'echo', input: { said: 'a' } };

test('one user has a run id in one workflow only', async () => {
  const baton = await at.clientOf('ann');
  const run = await baton.start('runPlan', { plan }, { runId: 'r1' });
  await expect(baton.start('runAgent', call, { runId: 'r1' })).rejects.toMatchObject({
    type: 'InvalidInput',
    code: 'request_conflict',
    message: expect.stringContaining('run r1 of runPlan'),
  });
  expect((await run.result()).status).toBe('completed');
  const other = workflowIdOf({ workflow: 'runAgent', userId: 'ann', runId: 'r1' });
  await expect(at.temporal.workflow.getHandle(other).describe()).rejects.toThrow();
});

test('of two workflows started under one id at the same moment, one is started and the other refused', async () => {
  const [one, two] = [await at.clientOf('ben'), await at.clientOf('ben')];
  const answers = await Promise.allSettled([
    one.start('runPlan', { plan }, { requestId: 'q1' }),
    two.start('runAgent', call, { requestId: 'q1' }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('another user has the same run id for another workflow', async () => {
  const cleo = await (await at.clientOf('cleo')).start('runPlan', { plan }, { runId: 'r1' });
  const carl = await (await at.clientOf('carl')).start('runAgent', call, { runId: 'r1' });
  expect([cleo.workflowId, carl.workflowId]).toEqual(['runPlan/cleo/r1', 'runAgent/carl/r1']);
  await Promise.all([cleo.result(), carl.result()]);
});

test('a request whose process died after the claim is started when it comes again', async () => {
  const requestSha256 = fingerprint({ input: call, metadata: {}, thread: undefined });
  const endsBy = new Date(Date.now() + 60_000).toISOString();
  await at.store.runIds.claim({ userId: 'dora', runId: 'r1', workflow: 'runAgent', requestSha256, endsBy });
  const baton = await at.clientOf('dora');
  await expect(baton.start('runPlan', { plan }, { runId: 'r1' })).rejects.toMatchObject({ code: 'request_conflict' });
  const run = await baton.start('runAgent', call, { runId: 'r1' });
  expect(run.repeated).toBe(false);
  expect((await run.result()).status).toBe('completed');
});

test('a request that ran is not run again once Temporal has forgotten it', async () => {
  const requestSha256 = fingerprint({ input: call, metadata: {}, thread: undefined });
  await at.store.runIds.claim({ userId: 'eve', runId: 'r1', workflow: 'runAgent', requestSha256, endsBy: 'long ago' });
  await at.store.log.append([thought('eve', 1, { runId: 'r1' })]);
  const run = await (await at.clientOf('eve')).start('runAgent', call, { runId: 'r1' });
  expect(run.repeated).toBe(true);
  expect(await run.describe()).toBeUndefined();
});
