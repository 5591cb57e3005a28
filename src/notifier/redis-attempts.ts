import type { Cluster, Redis } from 'ioredis';
import type { Attempt, Attempts } from './attempts.ts';
import { isLost, LEAVING, ownMark, STALLED } from './process-mark.ts';
import { LUA_NOW, redisScript } from './redis-script.ts';

/** KEYS: the attempts of one agent. ARGV: activity, attempt, exec, mark, how long it is kept. Answers counts and others. */
const OPEN = `
${LUA_NOW}
local row = redis.call('HMGET', KEYS[1], 'activity', 'attempt', 'failures', 'waits', 'interruptions', 'open')
local counts, open = {0, 0, 0}, {}
if row[1] == ARGV[1] then
  open = cjson.decode(row[6])
  for _, each in ipairs(open) do
    -- A command that is sent again, because its answer was lost.
    if each.exec == ARGV[3] then row[2] = tonumber(ARGV[2]) - 1 end
  end
  if tonumber(row[2]) < tonumber(ARGV[2]) then counts = {row[3], row[4], row[5]} else open = {} end
end
local answer, kept = {}, {}
for _, each in ipairs(open) do
  if each.exec ~= ARGV[3] then
    table.insert(answer, each.mark)
    table.insert(answer, each.since and string.format('%.0f', now - each.since) or '')
    each.since = each.since or now
    table.insert(kept, each)
  end
end
table.insert(kept, {exec = ARGV[3], mark = ARGV[4]})
redis.call('HSET', KEYS[1], 'activity', ARGV[1], 'attempt', ARGV[2], 'failures', counts[1], 'waits', counts[2],
  'interruptions', counts[3], 'open', cjson.encode(kept))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return {tostring(counts[1]), tostring(counts[2]), tostring(counts[3]), unpack(answer)}
`;

/** KEYS as above. ARGV: activity, exec, the new mark or nothing, what to count or nothing, whether all is over (1 or 0). */
const CHANGE = `
local row = redis.call('HMGET', KEYS[1], 'activity', 'open')
if row[1] ~= ARGV[1] then return end
if ARGV[5] == '1' then return redis.call('DEL', KEYS[1]) end
local kept, found = {}, false
for _, each in ipairs(cjson.decode(row[2])) do
  if each.exec == ARGV[2] then
    found = true
    each.mark = ARGV[3]
  end
  if each.exec ~= ARGV[2] or ARGV[3] ~= '' then table.insert(kept, each) end
end
if not found then return end
redis.call('HSET', KEYS[1], 'open', #kept > 0 and cjson.encode(kept) or '[]')
if ARGV[4] ~= '' then redis.call('HINCRBY', KEYS[1], ARGV[4], 1) end
`;

/** Attempts in Redis; those of one agent are one hash, forgotten `rememberMs` after its last attempt. */
export function createRedisAttempts(
  redis: Redis | Cluster,
  { prefix, rememberMs }: { prefix: string; rememberMs: number },
): Attempts {
  const keyOf = ({ workflowId, agentRun }: Pick<Attempt, 'workflowId' | 'agentRun'>) =>
    `${prefix}:{effects:${encodeURIComponent(workflowId)}}:attempts:${agentRun}`;
  const open = redisScript<string[]>(redis, { name: 'batonOpenAttempt', lua: OPEN });
  const change = redisScript<null>(redis, { name: 'batonChangeAttempt', lua: CHANGE });

  async function mark(which: Attempt, text: string) {
    await change([keyOf(which)], [which.activity, which.exec, text, '', 0]);
  }

  return {
    async open({ attempt, ...which }) {
      const { activity, exec } = which;
      const answer = await open([keyOf(which)], [activity, attempt, exec, ownMark(), rememberMs]);
      const [failures = 0, waits = 0, interruptions = 0] = answer.slice(0, 3).map(Number);
      const others = answer.slice(3).flatMap((text, index, all) => (index % 2 ? [] : [{ text, ms: all[index + 1] }]));
      return {
        counts: { failures, waits, interruptions },
        lost: others.filter(({ text, ms }) => isLost(text, Number(ms))).length,
        unheard: others.filter(({ ms }) => ms === '').length,
      };
    },
    async count({ workflowId, temporalRun, agentRuns }) {
      const counts = agentRuns.map(async (agentRun) => {
        const key = keyOf({ workflowId, agentRun });
        const [activity, attempt, waits] = await redis.hmget(key, 'activity', 'attempt', 'waits');
        return [agentRun, activity?.startsWith(`${temporalRun}/`) ? Number(attempt) - Number(waits) : 0] as const;
      });
      return Object.fromEntries(await Promise.all(counts));
    },
    leave: (which) => mark(which, LEAVING),
    stalled: (which) => mark(which, STALLED),
    async close({ as, last, ...which }) {
      await change([keyOf(which)], [which.activity, which.exec, '', as === 'none' ? '' : as, last ? 1 : 0]);
    },
  };
}
