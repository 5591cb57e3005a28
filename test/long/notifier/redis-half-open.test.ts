import { expect } from '@jest/globals';
import { openStore } from '../../../src/notifier/open-store.ts';
import { startCutProxy } from '../../support/cut-proxy.ts';
import { faultTest } from '../../support/fault-test.ts';
import { startRedisServer } from '../../support/redis-server.ts';
import { thought } from '../../support/test-gateway.ts';

faultTest(
  'a connection to Redis whose other end is gone without a word is given up, and what waits is sent over the next one',
  {
    kind: 6,
    before: 'every command timed out for as long as TCP kept the connection, a quarter of an hour.',
    timeoutMs: 60_000,
  },
  async () => {
    const server = await startRedisServer();
    const proxy = await startCutProxy(new URL(server.url).host);
    const store = await openStore({ url: `redis://${proxy.address}` });
    try {
      const { log } = store;
      await log.publish(thought('ann', 1));
      const followed = log.follow({ userId: 'ann', after: 1 });
      const next = followed.next();
      proxy.fallDead();
      // As after the loss of a machine: what is open stays dead, and a new connection leads to the one that took over.
      proxy.mend();
      const since = performance.now();
      const taken = async () => {
        for (let n = 2; n < 6; n += 1) {
          const answer = await log.publish(thought('ann', 2)).then(
            () => 'taken',
            () => 'refused',
          );
          if (answer === 'taken') return answer;
        }
        return 'refused';
      };
      expect(await taken()).toBe('taken');
      const seconds = ((performance.now() - since) / 1_000).toFixed(1);
      expect((await next).value).toMatchObject({ seq: 2 });
      await followed.return(undefined);
      return `an append gets through after ${seconds} s, and a follower reads on.`;
    } finally {
      await store.close();
      await proxy.stop();
      await server.stop();
    }
  },
);
