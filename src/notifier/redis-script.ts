import type { Cluster, Redis } from 'ioredis';

type Value = string | number;

/** Makes a Lua script callable; `name` must be unique on the connection. */
export function redisScript<Answer>(redis: Redis | Cluster, { name, lua }: { name: string; lua: string }) {
  redis.defineCommand(name, { lua });
  const commands = redis as unknown as Record<string, (keyCount: number, ...rest: Value[]) => Promise<Answer>>;
  return (keys: readonly string[], values: readonly Value[]): Promise<Answer> =>
    (commands[name] as (typeof commands)[string])(keys.length, ...keys, ...values);
}

/** Lua: `now` in milliseconds by the server's clock, the only one that all processes share. */
export const LUA_NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Lua: `isHere(id)`, whether this is the server of that run id. A script that a server refused, because it is the master no
 * longer, is sent again to whoever is, with what was asked of the one before.
 */
export const LUA_IS_HERE = `
local function isHere(id)
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') == id
end
`;

/** Lua: whether execution (g, s, a) is older than (og, os, oa); see \`compareExec\`. */
export const LUA_OLDER = `
local function older(g, s, a, og, os, oa)
  g, s, a, og, os, oa = tonumber(g), tonumber(s), tonumber(a), tonumber(og), tonumber(os), tonumber(oa)
  if g ~= og then return g < og end
  if s ~= os then return s < os end
  return a < oa
end
`;
