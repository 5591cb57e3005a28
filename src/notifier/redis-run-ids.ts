import type { Cluster, Redis } from 'ioredis';
import { redisKeys } from './redis-keys.ts';
import type { AcceptedRun, RunClaim, RunIdKey, RunIds } from './run-ids.ts';

const DAY_MS = 86_400_000;

/** Accepted runs that are looked through at once, and of these in one step. */
const LOOKED_THROUGH = 10_000;
const STEP = 500;

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
    async accept(run) {
      await redis.hsetnx(keys.accepted, run.workflowId, JSON.stringify(run));
    },
    async unheard({ limit }) {
      const silent = new Map<string, AcceptedRun>();
      const heard = new Set<string>();
      let cursor = '0';
      do {
        const [next, fields] = await redis.hscan(keys.accepted, cursor, 'COUNT', STEP);
        const runs = fields.filter((_, n) => n % 2 === 1).map((text) => JSON.parse(text) as AcceptedRun);
        const known = await Promise.all(
          runs.map(({ userId, workflowId }) => redis.exists(keys.run(userId, workflowId))),
        );
        for (const [n, run] of runs.entries()) {
          if (known[n]) heard.add(run.workflowId);
          else silent.set(run.workflowId, run);
        }
        cursor = next;
      } while (cursor !== '0' && silent.size + heard.size < LOOKED_THROUGH);
      if (heard.size > 0) await redis.hdel(keys.accepted, ...heard);
      // Any of them: the first ones may only be waiting for a worker.
      const all = [...silent.values()];
      const from = Math.floor(Math.random() * all.length);
      return [...all.slice(from), ...all.slice(0, from)].slice(0, limit);
    },
    prune: async () => 0,
  };
}
