import { afterAll, expect, test } from '@jest/globals';
import { openRedis } from '../../src/notifier/open-redis.ts';
import { createRedisLog } from '../../src/notifier/redis-log.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { eventLogSuite } from './event-log-suite.ts';

const cluster = await startRedisCluster();
afterAll(() => cluster.stop());

async function open() {
  const redis = await openRedis(cluster.url);
  const log = await createRedisLog(redis);
  async function close() {
    await log.close();
    redis.disconnect();
  }
  return { ...log, close };
}

eventLogSuite('Redis cluster', async () => ({ open, remove: async () => undefined }));

test('the users of a cluster are spread over its nodes', async () => {
  expect((await cluster.sizes()).every((keys) => keys > 0)).toBe(true);
});
