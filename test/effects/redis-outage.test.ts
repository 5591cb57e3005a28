import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultTest } from '../support/fault-test.ts';
import { startRedisPayers, type RedisPayers } from '../support/redis-payers.ts';
import { until } from '../support/until.ts';

/** How long the ledger is out of order, in milliseconds: longer than all attempts of an agent take. */
const OUTAGE_MS = 1_500;

let redis: RedisPayers;
let admin: RedisPayers['admin'];
let payers: RedisPayers['payers'];
let at: RedisPayers['at'];
beforeAll(async () => {
  redis = await startRedisPayers();
  ({ admin, payers, at } = redis);
});
afterAll(() => redis.stop());

/** Runs four agents whose ledger goes out of order right before they pay. */
async function payDuring(name: string, { breaks, mends }: { breaks: () => unknown; mends: () => unknown }) {
  const { paid, begun } = payers;
  const whos = [1, 2, 3, 4].map((n) => `${name} ${n}`);
  payers.hold();
  const runs = await Promise.all(whos.map((who) => at.start(who)));
  await until(
    () => Promise.resolve(begun),
    (names) => whos.every((who) => names.includes(who)),
  );
  await breaks();
  payers.openGate();
  await sleep(OUTAGE_MS);
  await mends();
  const statuses = (await Promise.all(runs.map((run) => run.result()))).map(({ status }) => status);
  return { statuses, payments: paid.map(({ who }) => who).filter((who) => who.startsWith(name)).length };
}

const ALL = { statuses: Array<string>(4).fill('completed'), payments: 4 };

faultTest(
  'agents wait for an effect ledger in Redis that is out of memory, and pay once each',
  { kind: 6, before: 'with Redis out of memory for a moment 4 of 4 runs failed, their attempts used up' },
  async () => {
    const seen = await payDuring('full', {
      breaks: () => admin.config('SET', 'maxmemory', '1'),
      mends: () => admin.config('SET', 'maxmemory', '0'),
    });
    expect(seen).toEqual(ALL);
    return `out of memory for ${OUTAGE_MS} ms: 4 of 4 runs with two attempts each completed, with 4 payments`;
  },
);

faultTest(
  'agents wait for an effect ledger in Redis that is read-only for a while, and pay once each',
  { kind: 6, before: 'with Redis read-only for a moment 4 of 4 runs failed, their attempts used up' },
  async () => {
    const seen = await payDuring('read-only', {
      breaks: () => admin.replicaof('127.0.0.1', 1),
      mends: () => admin.replicaof('NO', 'ONE'),
    });
    expect(seen).toEqual(ALL);
    return `read-only for ${OUTAGE_MS} ms: 4 of 4 runs with two attempts each completed, with 4 payments`;
  },
);

test('agents wait for an effect ledger whose Redis is down, and pay once each', async () => {
  expect(await payDuring('down', { breaks: redis.server.kill, mends: redis.server.start })).toEqual(ALL);
});
