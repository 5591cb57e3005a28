import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { METERED, metered, payer } from '../support/isolated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [payer, metered] });
});
afterAll(() => worker.stop());

test('an isolated agent that is tried again gets the receipt of what its tool did', async () => {
  const { outcome, events } = await worker.runAgent('payer');
  expect(outcome).toMatchObject({ success: true, attempts: 2, result: { payment: 1 } });
  const calls = events.flatMap(({ type, attempt, payload }) =>
    type === 'tool_completed' ? [{ attempt, payload }] : [],
  );
  expect(calls).toMatchObject([{ attempt: 1 }, { attempt: 2, payload: { from_receipt: true } }]);
});

test('an isolated agent whose tool must wait for its turn is put off, which is no failure', async () => {
  await worker.leases.reserve({ bucket: 'tool:rare', ...METERED, maxWaitMs: 0 });
  const { outcome, events } = await worker.runAgent('metered');
  expect(outcome).toMatchObject({ success: true, attempts: 1 });
  expect(events.filter(({ type }) => type === 'agent_retrying')).toMatchObject([
    { payload: { error: { type: 'RateLimited' } } },
  ]);
});
