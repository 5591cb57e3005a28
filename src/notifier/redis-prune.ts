import type { Cluster, Redis } from 'ioredis';
import type { NewEvent } from '../contracts/event.ts';
import type { RedisKeys } from './redis-keys.ts';

const PAGE = 500;

/** Forgets what is older. Agents and ids of ended runs expire by themselves. */
export function createRedisPrune(redis: Redis | Cluster, keys: RedisKeys) {
  /** Sequence of the first event to keep, and how many come before it. */
  async function firstKept(userId: string, olderThan: string) {
    const open = new Map<string, boolean>();
    async function isOpen(workflowId: string) {
      const known = open.get(workflowId);
      if (known !== undefined) return known;
      const [generation, endedAt] = await redis.hmget(keys.run(userId, workflowId), 'generation', 'ended_at');
      open.set(workflowId, generation !== null && endedAt === null);
      return generation !== null && endedAt === null;
    }

    let forgotten = 0;
    let next = 1;
    for (;;) {
      const page = await redis.xrange(keys.stream(userId), `${next}-0`, '+', 'COUNT', PAGE);
      for (const [id, fields] of page) {
        const { at, workflow_id } = JSON.parse(fields[3] as string) as NewEvent;
        next = Number.parseInt(id);
        if (at >= olderThan || (await isOpen(workflow_id))) return { seq: next, forgotten };
        forgotten += 1;
      }
      next += 1;
      if (page.length < PAGE) return { seq: next, forgotten };
    }
  }

  return async function prune({ olderThan }: { olderThan: Date }): Promise<number> {
    let total = 0;
    for (const userId of await redis.smembers(keys.users)) {
      const { seq, forgotten } = await firstKept(userId, olderThan.toISOString());
      if (forgotten > 0) await redis.xtrim(keys.stream(userId), 'MINID', `${seq}-0`);
      total += forgotten;
    }
    return total;
  };
}
