import type { Cluster, Redis } from 'ioredis';
import { redisKeys } from './redis-keys.ts';
import type { RunClaim, RunIdKey, RunIds } from './run-ids.ts';

const DAY_MS = 86_400_000;

/** Run ids in Redis: a key for each, which expires by itself once its run is past the retention. */
export function createRedisRunIds(
  redis: Redis | Cluster,
  { prefix, retentionDays = 30 }: { prefix: string; retentionDays?: number },
): RunIds {
  const keys = redisKeys(prefix);

  async function find({ userId, runId }: RunIdKey): Promise<RunClaim | undefined> {
    const stored = await redis.get(keys.runId(userId, runId));
    return stored === null ? undefined : (JSON.parse(stored) as RunClaim);
  }

  return {
    async claim(claim) {
      const expiresAt = Date.parse(claim.endsBy) + retentionDays * DAY_MS;
      const key = keys.runId(claim.userId, claim.runId);
      const set = await redis.set(key, JSON.stringify(claim), 'PXAT', expiresAt, 'NX');
      return { first: set === 'OK', claim: set === 'OK' ? claim : ((await find(claim)) ?? claim) };
    },
    find,
    prune: async () => 0,
  };
}
