import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { Decision, Decisions } from './decisions.ts';
import { redisScript } from './redis-script.ts';

const DECIDE = `
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before then return before end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return ARGV[2]
`;

const DELIVER = `
local at = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not at then return end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], at, ARGV[1])
`;

const PRUNE = `
local old = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[1])
for _, field in ipairs(old) do
  redis.call('HDEL', KEYS[1], field)
  redis.call('ZREM', KEYS[2], field)
end
return #old
`;

const fieldOf = ({ workflowId, approvalId }: Pick<Decision, 'workflowId' | 'approvalId'>) =>
  JSON.stringify([workflowId, approvalId]);

/** A stored decision: a token that tells who wrote it, a blank, the decision. */
const parse = (stored: string) => JSON.parse(stored.slice(stored.indexOf(' ') + 1)) as Decision;

/** Decisions in Redis: few, so that all of them share one hash slot. */
export function createRedisDecisions(redis: Redis | Cluster, { prefix }: { prefix: string }): Decisions {
  const all = `${prefix}:{decisions}`;
  const waiting = `${all}:waiting`;
  const delivered = `${all}:delivered`;
  const decide = redisScript<string>(redis, { name: 'batonDecide', lua: DECIDE });
  const deliver = redisScript<null>(redis, { name: 'batonDeliver', lua: DELIVER });
  const prune = redisScript<number>(redis, { name: 'batonPruneDecisions', lua: PRUNE });

  return {
    async decide(decision) {
      // The command may be sent twice where its answer is lost; the token tells our own first write from another's.
      const own = `${randomUUID()} ${JSON.stringify(decision)}`;
      const stored = await decide([all, waiting], [fieldOf(decision), own, Date.parse(decision.at)]);
      return { first: stored === own, decision: parse(stored) };
    },
    async get(key) {
      const stored = await redis.hget(all, fieldOf(key));
      return stored === null ? undefined : parse(stored);
    },
    async undelivered({ limit = 1_000 } = {}) {
      const fields = await redis.zrange(waiting, '0', String(limit - 1));
      if (fields.length === 0) return [];
      return (await redis.hmget(all, ...fields)).flatMap((stored) => (stored === null ? [] : [parse(stored)]));
    },
    async markDelivered(key) {
      await deliver([waiting, delivered], [fieldOf(key)]);
    },
    prune: ({ olderThan }) => prune([all, delivered], [olderThan.getTime()]),
  };
}
