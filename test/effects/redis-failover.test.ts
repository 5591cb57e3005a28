import { expect } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startCutProxy } from '../support/cut-proxy.ts';
import { faultTest } from '../support/fault-test.ts';
import { startPayers } from '../support/payer-app.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const hostOf = (url: string) => new URL(url).host;

faultTest(
  'a payment that no replica has heard of is not made before another master takes over, and once after it',
  {
    kind: 7,
    before: 'the master died with the record of a payment that its replica had not got, and the payment was made twice',
  },
  async () => {
    const [master, replica] = await Promise.all([startRedisServer(), startRedisServer()]);
    const [atMaster, atReplica] = [new Redis(master.url), new Redis(replica.url)];
    atMaster.on('error', () => undefined);
    const { hostname, port } = new URL(master.url);
    await atReplica.replicaof(hostname, Number(port));
    await until(
      () => atReplica.info('replication'),
      (info) => info.includes('master_link_status:up'),
    );
    const proxy = await startCutProxy(hostOf(master.url));
    const payers = await startPayers({ url: `redis://${proxy.address}` });
    const at = await payers.open();
    try {
      const moved = Promise.withResolvers<void>();
      payers.afterwards(async () => {
        await moved.promise;
        throw new Error('after it paid');
      });
      const run = await at.start('moved');
      await until(
        () => Promise.resolve(payers.begun.length),
        (begun) => begun > 0,
      );
      // The replica is cut off, and keeps what it has.
      await atReplica.replicaof('127.0.0.1', 1);
      payers.openGate();
      await sleep(1_000);
      const before = payers.paid.length;
      proxy.aim(hostOf(replica.url));
      proxy.cut();
      await master.kill();
      await atReplica.replicaof('NO', 'ONE');
      proxy.mend();
      moved.resolve();
      const { status } = await run.result();
      expect([payers.payments(), status]).toEqual([['moved'], 'completed']);
      expect(before).toBe(0);
      return 'no payment within a second of the cut, one after the failover';
    } finally {
      await at.close();
      await payers.remove();
      await proxy.stop();
      for (const admin of [atMaster, atReplica]) admin.disconnect();
      await Promise.all([master.stop(), replica.stop()]);
    }
  },
);
