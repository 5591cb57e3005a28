import { expect, test } from '@jest/globals';
import { openStore } from '../../../src/notifier/open-store.ts';
import type { OutageReport } from '../../../src/notifier/watch-outages.ts';
import { startRedisSentinel } from '../../support/redis-sentinel.ts';
import { thought } from '../../support/test-gateway.ts';
import { until } from '../../support/until.ts';

test('a log behind sentinels follows them to the new master, and says when it was away and when it is back', async () => {
  const redis = await startRedisSentinel();
  const reports: OutageReport[] = [];
  const store = await openStore({ url: redis.url, report: (report) => reports.push(report) });
  try {
    const { log } = store;
    await log.publish(thought('ann', 1));
    const { epoch } = await log.head({ userId: 'ann' });
    await redis.failOver();
    const taken = () =>
      log.publish(thought('ann', 2)).then(
        () => 'taken',
        ({ code }: { code?: string }) => code,
      );
    await until(taken, (answer) => {
      expect(['taken', 'log_unavailable']).toContain(answer);
      return answer === 'taken';
    });
    const events = await log.read({ userId: 'ann', after: 0, limit: 10 });
    expect(events.map(({ seq }) => seq)).toEqual([1, 2]);
    // The replica may have missed what the master had acknowledged.
    await until(
      () => log.head({ userId: 'ann' }),
      (head) => head.epoch !== epoch,
    );
    const states = () => Promise.resolve(reports.map(({ state }) => state));
    if (reports.length > 0) await until(states, (all) => all.includes('back'));
    for (const report of reports) {
      const { store: name } = report;
      expect(name).toMatch(/^redis:\/\/127\.0\.0\.1:1,127\.0\.0\.1:\d+\?sentinel=log&sentinel_password=…$/);
    }
  } finally {
    await store.close();
    await redis.stop();
  }
}, 60_000);
