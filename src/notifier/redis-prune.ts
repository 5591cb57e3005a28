import type { Cluster, Redis } from 'ioredis';
import type { NewEvent } from '../contracts/event.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import type { RedisKeys } from './redis-keys.ts';
import { redisScript } from './redis-script.ts';

const PAGE = 500;

/** KEYS: a run's end. ARGV: its generation. A run that was started again since has another end. */
const FORGET_END = `
if redis.call('HGET', KEYS[1], 'generation') == ARGV[1] then redis.call('DEL', KEYS[1]) end
`;

type End = Pick<NewEvent, 'workflow_id' | 'generation'>;

/** Forgets what is older. Agents and ids of ended runs expire by themselves; an end goes with its event. */
export function createRedisPrune(redis: Redis | Cluster, keys: RedisKeys) {
  const forgetEnd = redisScript<null>(redis, { name: 'batonForgetEnd', lua: FORGET_END });

  /** Sequence of the first event to keep, how many come before it, and the ends of runs among those. */
  async function firstKept(userId: string, olderThan: string) {
    const open = new Map<string, boolean>();
    async function isOpen(workflowId: string) {
      const known = open.get(workflowId);
      if (known !== undefined) return known;
      const [generation, endedAt] = await redis.hmget(keys.run(userId, workflowId), 'generation', 'ended_at');
      open.set(workflowId, generation !== null && endedAt === null);
      return generation !== null && endedAt === null;
    }

    const ends: End[] = [];
    let forgotten = 0;
    let next = 1;
    for (;;) {
      const page = await redis.xrange(keys.stream(userId), `${next}-0`, '+', 'COUNT', PAGE);
      for (const [id, fields] of page) {
        const event = JSON.parse(fields[3] as string) as NewEvent;
        const { at, workflow_id } = event;
        next = Number.parseInt(id);
        if (at >= olderThan || (await isOpen(workflow_id))) return { seq: next, forgotten, ends };
        forgotten += 1;
        if (isRunEnd(event)) ends.push(event);
      }
      next += 1;
      if (page.length < PAGE) return { seq: next, forgotten, ends };
    }
  }

  return async function prune({ olderThan }: { olderThan: Date }): Promise<number> {
    let total = 0;
    for (const userId of await redis.smembers(keys.users)) {
      const { seq, forgotten, ends } = await firstKept(userId, olderThan.toISOString());
      if (forgotten > 0) await redis.xtrim(keys.stream(userId), 'MINID', `${seq}-0`);
      for (const { workflow_id, generation } of ends) await forgetEnd([keys.end(userId, workflow_id)], [generation]);
      total += forgotten;
    }
    return total;
  };
}
