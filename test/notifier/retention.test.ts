import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { forgetOld, startRetention } from '../../src/notifier/start-retention.ts';
import { openTestStores } from '../support/open-test-stores.ts';
import { newEvent } from './events.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

let store: Awaited<ReturnType<typeof openTestStores>>;
beforeEach(async () => {
  store = await openTestStores();
});
afterEach(() => store.remove());

function decision(approvalId: string, at: string) {
  return { workflowId: 'w1', approvalId, userId: 'u1', decision: 'approve', by: 'u1', at };
}

async function decided(approvalId: string, at: string) {
  await store.decisions.decide(decision(approvalId, at));
  await store.decisions.markDelivered(decision(approvalId, at));
}

function runOf(run_id: string, at: string) {
  return [newEvent('run_started', { run_id, at }), newEvent('run_completed', { run_id, at })];
}

test('what is older than the retention is forgotten, everything younger is kept', async () => {
  await store.log.append([...runOf('old', daysAgo(31)), ...runOf('young', daysAgo(29))]);
  await decided('old', daysAgo(31));
  await decided('young', daysAgo(29));
  expect(await forgetOld({ store, retentionDays: 30 })).toBe(3);
  expect(await store.log.head({ userId: 'u1' })).toMatchObject({ head: 4, earliest: 3 });
  expect(await store.decisions.get(decision('old', ''))).toBeUndefined();
  expect(await store.decisions.get(decision('young', ''))).toBeDefined();
});

test('a run that is open for longer than the retention keeps what it may still need', async () => {
  await store.log.append([newEvent('run_started', { run_id: 'patient', at: daysAgo(60) })]);
  await decided('needed', daysAgo(40));
  expect(await forgetOld({ store, retentionDays: 30 })).toBe(0);
  expect(await store.decisions.get(decision('needed', ''))).toBeDefined();
});

test('the clean-up begins at once, goes on, and tells of a store that fails', async () => {
  const { promise: failed, resolve } = Promise.withResolvers<unknown>();
  const broken = { ...store, log: { ...store.log, openRuns: () => Promise.reject(new Error('the store is down')) } };
  const stopBroken = startRetention({ store: broken, retentionDays: 30, onError: resolve });
  expect(await failed).toMatchObject({ message: 'the store is down' });
  await stopBroken();

  const stop = startRetention({ store, retentionDays: 30, everyMs: 10 });
  await store.log.append(runOf('old', daysAgo(31)));
  await until(
    () => store.log.head({ userId: 'u1' }),
    ({ earliest }) => earliest >= 3,
  );
  await stop();
});
