/**
 * Appends events of one user: fence, dedupe, sequence, stream and wake-up in one step that nothing comes between.
 *
 * KEYS: the stream, the head, then two for each run: its state and the ids it has seen. All have the user's hash tag.
 * ARGV: wake-up channel, seconds for which an ended run is remembered, then eleven values for each event.
 * The wake-up carries what was appended, a line "seq json" for each event, unless that is too much for a message.
 * Answers for each event its sequence, or 0 (duplicate), -1 (fenced), -2 (closed). Numbers are kept as the text they
 * came as: Lua would write a time in milliseconds as 1.764e+12.
 */
export const APPEND_SCRIPT = `
local head = tonumber(redis.call('GET', KEYS[2]) or '0')
local before = head
local answers, told, size = {}, {}, 0
-- More events are a backlog, which its follower reads by pages.
local carries = #ARGV <= 2 + 11 * 100
for i = 3, #ARGV, 11 do
  local run, ids = KEYS[3 + 2 * ARGV[i]], KEYS[4 + 2 * ARGV[i]]
  local id, generation, kind, agent = ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local scheduled, attempt, final = ARGV[i + 5], ARGV[i + 6], ARGV[i + 7]
  local run_id, at, json = ARGV[i + 8], ARGV[i + 9], ARGV[i + 10]
  local known = redis.call('HMGET', run, 'generation', 'ended_at', 'agent:' .. agent)
  local g = tonumber(generation)
  local ag, as, aa, af
  if agent ~= '' and known[3] then ag, as, aa, af = string.match(known[3], '^(%d+) (%d+) (%d+) (%d)$') end
  local answer
  if redis.call('SISMEMBER', ids, id) == 1 then answer = 0
  elseif known[2] and g <= tonumber(known[1]) and kind ~= 'operator' then answer = -2
  elseif ag and g < tonumber(ag) then answer = -1
  elseif ag and g == tonumber(ag) then
    if af == '1' or kind == 'queued' then answer = -1
    elseif scheduled ~= '' then
      local s, a = tonumber(scheduled), tonumber(attempt)
      if s < tonumber(as) or (s == tonumber(as) and a < tonumber(aa)) then answer = -1 end
    end
  end
  if not answer then
    head = head + 1
    answer = head
    redis.call('XADD', KEYS[1], string.format('%d-0', head), 'run', run_id, 'json', json)
    size = size + #json + 20
    carries = carries and size <= 65536
    if carries then told[#told + 1] = string.format('%d ', head) .. json end
    redis.call('SADD', ids, id)
    if not known[1] then redis.call('HSET', run, 'generation', generation)
    elseif g > tonumber(known[1]) then
      redis.call('HSET', run, 'generation', generation)
      redis.call('HDEL', run, 'ended_at')
      redis.call('PERSIST', run)
      redis.call('PERSIST', ids)
    end
    if agent ~= '' then
      if scheduled == '' then scheduled, attempt = as or '0', aa or '0' end
      redis.call('HSET', run, 'agent:' .. agent, generation .. ' ' .. scheduled .. ' ' .. attempt .. ' ' .. final)
    end
    if kind == 'end' then
      redis.call('HSET', run, 'ended_at', at)
      redis.call('EXPIRE', run, ARGV[2])
      redis.call('EXPIRE', ids, ARGV[2])
    end
  end
  answers[#answers + 1] = answer
end
if head > before then
  redis.call('SET', KEYS[2], string.format('%d', head))
  redis.call('PUBLISH', ARGV[1], carries and table.concat(told, '\\n') or '')
end
return answers
`;
