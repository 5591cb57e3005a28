import { copyFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStore } from '../../src/notifier/open-store.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { faultTest } from '../support/fault-test.ts';
import { startPayers } from '../support/payer-app.ts';
import { startRedisPayers, type RedisPayers } from '../support/redis-payers.ts';
import { outcomeOf } from '../support/test-run.ts';
import { until } from '../support/until.ts';

let redis: RedisPayers;
let admin: RedisPayers['admin'];
let payers: RedisPayers['payers'];
let at: RedisPayers['at'];
beforeAll(async () => {
  redis = await startRedisPayers();
  ({ admin, payers, at } = redis);
  payers.openGate();
});
afterAll(() => redis.stop());

test('an agent that fails before its first call is tried again without asking whether it called', async () => {
  const { status } = await (await at.start('early bird')).result();
  expect(status).toBe('completed');
  expect(payers.payments().filter((who) => who === 'early bird')).toHaveLength(1);
  expect(payers.asked).toEqual([]);
});

faultTest(
  'a payment is asked for, and not made again, after the Redis of the ledger was emptied',
  { kind: 7, before: 'a Redis that was emptied under an agent made its next attempt pay a second time' },
  async () => {
    payers.afterwards(async () => {
      await admin.flushall();
      throw new Error('after it paid');
    });
    const { status, result } = await (await at.start('emptied')).result();
    expect(payers.payments().filter((who) => who === 'emptied')).toHaveLength(1);
    expect([status, result]).toMatchObject(['completed', { result: { receipt: 'paid emptied' } }]);
    expect(payers.asked).toContain('emptied');
    return 'paid once; the second attempt found the payment by the reconcile of its tool';
  },
);

faultTest(
  'a ledger that has lost what a run did does not say that there was nothing to undo',
  { kind: 7, before: 'with the ledger lost, undoing a payment was reported as done, and nothing was undone' },
  async () => {
    payers.afterwards(async (who) => void (who === 'breaker' && (await admin.flushall())));
    const outcome = await (await at.startPlan('undone')).result();
    const [undone] = outcome.compensations ?? [];
    expect(undone).toMatchObject({ agent: 'payer', success: false, error: { type: 'EffectUnknown' } });
    return `the undo is reported as failed: ${undone?.error?.message.slice(0, 60)}…`;
  },
);

test('an undo is whole where the ledger has all the calls that the agent had counted, though others may be lost', async () => {
  // As after a failover: what is there may be all, and the ledger alone cannot tell.
  payers.afterwards(async (who) => void (who === 'breaker' && (await admin.del('baton:incarnation'))));
  const outcome = await (await at.startPlan('counted')).result();
  expect(outcome.compensations).toMatchObject([{ agent: 'payer', success: true }]);
});

test('so is that of a run that was terminated, whose history has the number', async () => {
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  payers.afterwards(async (who) => {
    if (who !== 'breaker') return;
    await admin.del('baton:incarnation');
    begun.resolve();
    await held.promise;
  });
  const store = await openStore({ url: redis.server.url });
  const { workflow: client } = at.temporal;
  const stop = startReconciler({ ...store, client, everyMs: 200 });
  try {
    const run = await at.startPlan('terminated');
    await begun.promise;
    await run.terminate({ reason: 'enough' });
    const undone = await until(
      () => store.log.read({ userId: 'ann', runId: run.runId, after: 0, limit: 100 }),
      (events) => events.some(({ type }) => type === 'run_failed'),
    );
    const ends = undone.filter(({ type }) => type === 'compensation_completed').map(({ payload }) => payload);
    expect(ends).toMatchObject([{ agent: 'payer', of: 'pay', success: true }]);
  } finally {
    held.resolve();
    await stop();
    await store.close();
  }
});

faultTest(
  'what a person said of a call is asked anew where the ledger has lost what was done after the answer',
  { kind: 7, before: 'an older copy that was put back after "not_done" and a payment made the next attempt pay again' },
  async () => {
    const run = await at.start('blind');
    const questionOf = (id: string) =>
      until(
        async () => (await run.state()).approvals,
        (approvals) => approvals.some(({ approval_id }) => approval_id === id),
      );
    await questionOf('payer-1.1');
    const keys = (await admin.keys('*')).filter((key) => !key.endsWith(':incarnation'));
    const copies = await Promise.all(keys.map(async (key) => [key, await admin.dumpBuffer(key)] as const));
    payers.afterwards(async (who) => {
      if (who !== 'blind') return;
      await admin.flushall();
      for (const [key, copy] of copies) if (copy) await admin.restore(key, 0, copy);
      throw new Error('after it paid');
    });
    await run.decide({ approval_id: 'payer-1.1', decision: 'not_done' });
    await questionOf('payer-1.2');
    expect(payers.payments().filter((who) => who === 'blind')).toHaveLength(1);
    await run.cancel();
    return 'paid once; the same question was asked again';
  },
);

faultTest(
  'no payment is made twice after an older copy of the ledger was put back',
  { kind: 7, before: 'an older copy of the file, put back while all was down, made 3 of 3 agents pay again' },
  async () => {
    const own = await startPayers();
    own.openGate();
    try {
      await (await own.open()).close();
      copyFileSync(own.path, `${own.path}.copy`);
      const first = await own.open();
      const whos = [1, 2, 3].map((n) => `held ${n}`);
      const runs = await Promise.all(whos.map((who) => first.start(who)));
      await until(
        () => Promise.resolve(own.paid.length),
        (count) => count === 3,
      );
      await first.close();
      copyFileSync(`${own.path}.copy`, own.path);
      const second = await own.open();
      // The log has lost the runs as well: Temporal knows how they ended.
      const ended = runs.map(({ workflowId }) => outcomeOf(second.temporal.workflow.getHandle(workflowId)));
      const statuses = (await Promise.all(ended)).map(({ status }) => status);
      await second.close();
      expect(own.payments()).toEqual(whos);
      expect(statuses).toEqual(['completed', 'completed', 'completed']);
      return '3 of 3 runs completed with 3 payments, found by the reconcile of their tool';
    } finally {
      await own.remove();
    }
  },
);
