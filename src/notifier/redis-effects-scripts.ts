import { LUA_NOW, LUA_OLDER } from './redis-script.ts';

/** Raises the fence of an agent to this execution. Afterwards `fenced` says whether a newer one was there before. */
const PASS = `
${LUA_OLDER}
local fence = redis.call('HGET', KEYS[1], ARGV[1])
local fenced = false
if fence then
  local g, s, a = string.match(fence, '^(%d+) (%d+) (%d+)$')
  fenced = older(ARGV[2], ARGV[3], ARGV[4], g, s, a)
end
if not fenced then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4]) end
`;

/** KEYS: fences. ARGV: agent_run, generation, scheduled, attempt. */
export const FENCE_SCRIPT = PASS;

/**
 * KEYS: fences, openings, the incarnation unless in a cluster. ARGV: as above, then the incarnation that was looked at,
 * the one that the run's start names or nothing, and whether an earlier attempt is known (1 or 0). Answers the incarnation
 * that is recorded, or nothing where the present one has changed since.
 */
export const OPEN_SCRIPT = `
if KEYS[3] and redis.call('HGET', KEYS[3], 'id') ~= ARGV[5] then return false end
${PASS}
local before = redis.call('HGET', KEYS[2], ARGV[1])
local recorded = before
-- Where an earlier attempt has left nothing, what it left was lost.
if not recorded and ARGV[7] == '1' then recorded = 'lost' end
if not recorded then recorded = ARGV[6] ~= '' and ARGV[6] or ARGV[5] end
-- What an older version opened has calls that nobody counted.
if not before and ARGV[7] ~= '1' then redis.call('HSET', KEYS[2], '#calls ' .. ARGV[1], 0) end
-- Always a write, so that there is something to wait for.
redis.call('HSET', KEYS[2], ARGV[1], recorded)
return recorded
`;

/**
 * KEYS: fences, the call, the order of the calls, openings. ARGV: as of the fence, then token, repeatable (1 or 0), limit,
 * the call's fields as JSON, the recorded incarnation or nothing, and for how long a call that is missing may be under way
 * or nothing. Answers the status, the server's time, and the call as it is then.
 */
export const BEGIN_SCRIPT = `
${LUA_NOW}
local function answer(status)
  return {status, string.format('%.0f', now), redis.call('HGETALL', KEYS[2])}
end
if ARGV[9] ~= '' and redis.call('HGET', KEYS[4], ARGV[1]) ~= ARGV[9] then return answer('reopen') end
${PASS}
local token, repeatable, limit, fields = ARGV[5], ARGV[6], tonumber(ARGV[7]), ARGV[8]
local known = redis.call('HMGET', KEYS[2], 'state', 'round', 'token')
local state, round = known[1], tonumber(known[2] or '0')
if fenced then return answer('fenced') end
if state == 'done' then return answer('done') end
if state == 'unknown' and known[3] == token then
  -- A write, so that whoever waits for a replica waits for the call as well.
  redis.call('HSET', KEYS[2], 'token', token)
  return answer('call')
end
if state == 'unknown' and repeatable == '0' then return answer('unknown') end
local status = 'call'
if not state and repeatable == '0' and ARGV[10] ~= '' then
  status, token, limit = 'unknown', '', tonumber(ARGV[10])
end
if state == 'compensated' then round = round + 1 end
local count = '#calls ' .. ARGV[1]
if not state and redis.call('HEXISTS', KEYS[4], count) == 1 then redis.call('HINCRBY', KEYS[4], count, 1) end
local last = redis.call('ZREVRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
redis.call('ZADD', KEYS[3], tonumber(last or '0') + 1, KEYS[2])
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'state', 'unknown', 'round', round, 'token', token, 'fields', fields,
  'generation', ARGV[2], 'scheduled', ARGV[3], 'attempt', ARGV[4], 'deadline_at', string.format('%.0f', now + limit))
return answer(status)
`;

/** KEYS: the call. ARGV: token, generation, scheduled, attempt, new state, receipt (if done). Answers 1 if it is so now. */
export const SETTLE_SCRIPT = `
${LUA_OLDER}
local row = redis.call('HMGET', KEYS[1], 'state', 'generation', 'scheduled', 'attempt', 'settled_by')
if row[5] == ARGV[1] then return 1 end
if row[1] ~= 'unknown' or older(ARGV[2], ARGV[3], ARGV[4], row[2], row[3], row[4]) then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[5], 'settled_by', ARGV[1])
if ARGV[5] == 'done' then redis.call('HSET', KEYS[1], 'receipt', ARGV[6]) end
return 1
`;

/** KEYS: the call. ARGV: token. */
export const RELEASE_SCRIPT = `
local row = redis.call('HMGET', KEYS[1], 'state', 'token')
if row[1] == 'unknown' and row[2] == ARGV[1] then redis.call('HSET', KEYS[1], 'state', 'planned') end
`;

/** KEYS: the call. ARGV: round. */
export const COMPENSATED_SCRIPT = `
local row = redis.call('HMGET', KEYS[1], 'state', 'round')
if row[1] ~= 'done' or row[2] ~= ARGV[1] then return end
redis.call('HSET', KEYS[1], 'state', 'compensated')
redis.call('HDEL', KEYS[1], 'receipt')
`;
