import { setTimeout as wait } from 'node:timers/promises';
import { askRedis, NOBODY } from '../processes/redis-servers.ts';
import type { Injections, World } from './world.ts';

/** What a Redis and its failovers do to whoever writes there. */
export function injectRedis({ stage, note, keepLog }: World): Injections {
  const { redis } = stage;
  if (!redis) return {};
  const ask = (work: Parameters<typeof askRedis>[1]) => askRedis(redis.master().port, work);

  /** The master dies for good and its replica takes over; `lags`: it has not got the last of what was written. */
  async function crash(ms: number, { lags }: { lags: boolean }) {
    const [lost, next] = [redis?.master(), redis?.replica()];
    if (!redis || !lost || !next) return;
    if (lags) {
      await redis.leaveBehind();
      await wait(ms);
    }
    await lost.end('SIGKILL');
    // What it had stands on its disk alone now, and goes when it follows the new master.
    await redis.onCopyOf(lost, (port) => keepLog({ port }));
    await redis.promote();
    await wait(lags ? 0 : ms);
    await redis.rejoin();
    return `${lost.name} is lost, ${next.name} is the master`;
  }

  return {
    async 'redis:failover'() {
      await redis.handOver();
      return `${redis.master().name} is the master`;
    },
    'redis:crash': ({ ms }) => crash(ms, { lags: false }),
    'redis:behind': ({ ms }) => crash(ms, { lags: true }),
    async 'redis:readonly'({ ms }) {
      await ask((server) => server.call('REPLICAOF', '127.0.0.1', String(NOBODY)));
      await wait(ms);
      await ask((server) => server.call('REPLICAOF', 'NO', 'ONE'));
    },
    async 'redis:oom'({ ms }) {
      await ask((server) => server.config('SET', 'maxmemory', '1mb'));
      await wait(ms);
      await ask((server) => server.config('SET', 'maxmemory', '0'));
    },
    async 'redis:empty'({ n, fault, ms }) {
      // Nobody writes between the look and the loss, so that what is lost is known to the event.
      redis.proxy?.shut();
      if (redis.store === 'sentinel') await stage.killRoles();
      await keepLog();
      await ask((server) => server.flushall());
      note({ n, fault, phase: 'note', note: 'all of Redis was deleted' });
      await wait(ms);
      redis.proxy?.open();
      await stage.startRoles();
    },
  };
}
