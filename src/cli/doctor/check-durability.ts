import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, Redis } from 'ioredis';
import { namedTemporal } from '../../client/connection-settings.ts';
import type { Config } from '../../config.ts';
import { databaseIn } from '../../dev/server-record.ts';
import { check, type Check } from './check.ts';
import { failoverOf, restartOf, type RedisSettings } from './redis-durability.ts';

const fieldOf = (info: string, name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';

async function settingsOf(redis: Redis | Cluster, url: string): Promise<RedisSettings> {
  const info = await redis.info();
  // A hosted Redis may refuse to say.
  const setting = async (name: string) => {
    const [, value] = (await redis.config('GET', name).catch(() => [])) as string[];
    return value;
  };
  const [appendfsync, least] = [await setting('appendfsync'), await setting('min-replicas-to-write')];
  const isCluster = fieldOf(info, 'redis_mode') === 'cluster';
  return {
    version: fieldOf(info, 'redis_version'),
    mode: url.includes('sentinel=') ? 'sentinel' : isCluster ? 'cluster' : 'standalone',
    isAofOn: fieldOf(info, 'aof_enabled') === '1',
    appendfsync,
    replicas: Number(fieldOf(info, 'connected_slaves')),
    minReplicasToWrite: least === undefined ? undefined : Number(least),
    maxmemoryPolicy: fieldOf(info, 'maxmemory_policy'),
  };
}

async function checkRedis(url: string): Promise<Check[]> {
  const { openRedis } = await import('../../notifier/open-redis.ts');
  let settings: RedisSettings | undefined;
  const restart = await check('log: restart', async () => {
    const redis = await openRedis(url);
    try {
      settings = await settingsOf(redis, url);
      return restartOf(settings);
    } finally {
      redis.disconnect();
    }
  });
  if (!settings) return [restart];
  const known = settings;
  return [restart, await check('log: failover', () => failoverOf(known))];
}

function checkSqlite(fsync: Config['fsync']): Promise<Check> {
  return check('log: restart', () => {
    const kept =
      fsync === 'full'
        ? 'survives kill -9 and a power loss, not the loss of its disk'
        : 'survives kill -9; a power loss may cost the last moments, unless BATON_FSYNC=full';
    return { state: 'ok', found: `SQLite, BATON_FSYNC=${fsync}: ${kept}` };
  });
}

/** What the stores of this configuration keep of what was acknowledged, and what they cannot promise. */
export async function checkDurability({ dataDir, storeUrl, fsync }: Config): Promise<Check[]> {
  const log = storeUrl.startsWith('sqlite:') ? [await checkSqlite(fsync)] : await checkRedis(storeUrl);
  if (namedTemporal() || !existsSync(join(dataDir, 'temporal.json'))) return log;
  const embedded = await check('temporal: restart', () => ({
    state: 'ok',
    found: `embedded, ${databaseIn(dataDir)}: survives kill -9; a power loss may cost the last moments of every run; it has no second machine`,
  }));
  return [...log, embedded];
}
