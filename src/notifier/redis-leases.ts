import { randomUUID } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { Leases, Pool } from './leases.ts';
import { LUA_NOW, redisScript } from './redis-script.ts';

/** KEYS: two for each pool, its places (holder by the end of its time) and its holders' attempts. */
const ACQUIRE = `
${LUA_NOW}
local holder, exec, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])
for i = 1, #KEYS, 2 do
  for _, late in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', now)) do
    redis.call('ZREM', KEYS[i], late)
    redis.call('HDEL', KEYS[i + 1], late)
  end
  local taken = redis.call('ZCARD', KEYS[i])
  if redis.call('ZSCORE', KEYS[i], holder) then taken = taken - 1 end
  if taken >= tonumber(ARGV[3 + (i + 1) / 2]) then return (i + 1) / 2 end
end
for i = 1, #KEYS, 2 do
  redis.call('ZADD', KEYS[i], now + ttl, holder)
  redis.call('HSET', KEYS[i + 1], holder, exec)
  local last = redis.call('ZREVRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2]
  redis.call('PEXPIREAT', KEYS[i], last)
  redis.call('PEXPIREAT', KEYS[i + 1], last)
end
return 0
`;

const RENEW = `
${LUA_NOW}
local holder, exec, ttl = ARGV[1], ARGV[2], tonumber(ARGV[3])
local all = 1
for i = 1, #KEYS, 2 do
  local ends = redis.call('ZSCORE', KEYS[i], holder)
  if ends and tonumber(ends) > now and redis.call('HGET', KEYS[i + 1], holder) == exec then
    redis.call('ZADD', KEYS[i], now + ttl, holder)
    local last = redis.call('ZREVRANGE', KEYS[i], 0, 0, 'WITHSCORES')[2]
    redis.call('PEXPIREAT', KEYS[i], last)
    redis.call('PEXPIREAT', KEYS[i + 1], last)
  else
    all = 0
  end
end
return all
`;

const RELEASE = `
for i = 1, #KEYS, 2 do
  if redis.call('HGET', KEYS[i + 1], ARGV[1]) == ARGV[2] then
    redis.call('ZREM', KEYS[i], ARGV[1])
    redis.call('HDEL', KEYS[i + 1], ARGV[1])
  end
end
`;

const TAKEN = `
${LUA_NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
`;

/** Answers whether the call has a moment now, and how long until it. */
const RESERVE = `
${LUA_NOW}
local id, calls, per, patience = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local before = redis.call('ZSCORE', KEYS[1], id)
if before then return {1, math.max(0, before - now)} end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - per)
local oldest = redis.call('ZREVRANGE', KEYS[1], calls - 1, calls - 1, 'WITHSCORES')[2]
local at = now
if oldest then at = math.max(now, oldest + per) end
if at - now > patience then return {0, at - now} end
redis.call('ZADD', KEYS[1], at, id)
redis.call('PEXPIREAT', KEYS[1], at + per)
return {1, at - now}
`;

/** Leases and rate limits in Redis, by its clock. All pools share one hash slot: a place in several is taken at once. */
export function createRedisLeases(redis: Redis | Cluster, { prefix }: { prefix: string }): Leases {
  const places = (pool: string) => `${prefix}:{leases}:places:${pool}`;
  const keysOf = (pools: Pool[]) => pools.flatMap(({ name }) => [places(name), `${prefix}:{leases}:execs:${name}`]);
  const acquire = redisScript<number>(redis, { name: 'batonAcquire', lua: ACQUIRE });
  const renew = redisScript<number>(redis, { name: 'batonRenew', lua: RENEW });
  const release = redisScript<null>(redis, { name: 'batonRelease', lua: RELEASE });
  const taken = redisScript<number>(redis, { name: 'batonTaken', lua: TAKEN });
  const reserve = redisScript<[number, number]>(redis, { name: 'batonReserve', lua: RESERVE });

  return {
    async acquire({ holder, exec, pools, ttlMs }) {
      const full = await acquire(keysOf(pools), [holder, exec, ttlMs, ...pools.map(({ limit }) => limit)]);
      return { granted: full === 0, full: pools[full - 1]?.name ?? null };
    },
    async renew({ holder, exec, pools, ttlMs }) {
      return (await renew(keysOf(pools), [holder, exec, ttlMs])) === 1;
    },
    async release({ holder, exec, pools }) {
      await release(keysOf(pools), [holder, exec]);
    },
    taken: ({ pool }) => taken([places(pool)], []),
    async reserve({ bucket, calls, perMs, maxWaitMs }) {
      // A command that is sent again, because its answer was lost, must not reserve twice.
      const values = [randomUUID(), calls, perMs, Math.min(maxWaitMs, Number.MAX_SAFE_INTEGER)];
      const [reserved, waitMs] = await reserve([`${prefix}:{rate:${encodeURIComponent(bucket)}}`], values);
      return { reserved: reserved === 1, waitMs };
    },
  };
}
