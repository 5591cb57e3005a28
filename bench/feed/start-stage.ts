import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/dev/free-port.ts';
import { startRedisServer } from '../../test/support/redis-server.ts';
import { startBenchServer } from '../lib/start-bench-server.ts';
import { startChild, type Child } from './start-child.ts';
import type { Settings } from './systems/system.ts';

export type Subject = { name: string; system: Settings['system']; log: 'sqlite' | 'redis' | 'redis-always' };

/** What all measurements share: a Temporal server and two Redis, one that writes its file every second, as is its default, and one before each answer. Each gets a store, a port and processes of its own. */
export async function startStage() {
  const temporal = await startBenchServer();
  const redis = await startRedisServer({ appendfsync: 'everysec' });
  const redisAlways = await startRedisServer({ appendfsync: 'always' });
  const children: Child[] = [];
  let made = 0;

  return {
    async settings({ system, log }: Subject): Promise<Settings> {
      made += 1;
      const dataDir = join(temporal.dataDir, `measurement-${made}`);
      mkdirSync(dataDir);
      const stores = {
        sqlite: `sqlite:${join(dataDir, 'events.sqlite')}`,
        redis: redis.url,
        'redis-always': redisAlways.url,
      };
      const store = stores[log];
      return { system, temporal: temporal.address, store, dataDir, port: (await freePort(0)) as number };
    },
    start(settings: Settings): Child {
      const child = startChild(settings);
      children.push(child);
      return child;
    },
    /** Ends the processes of one measurement. */
    async clear() {
      await Promise.all(children.splice(0).map((child) => child.kill()));
    },
    async stop() {
      await this.clear();
      await redis.stop();
      await redisAlways.stop();
      await temporal.stop();
    },
  };
}

export type Stage = Awaited<ReturnType<typeof startStage>>;
