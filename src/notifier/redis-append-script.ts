import { MAX_TOLD_BYTES } from './redis-wakeup.ts';

/**
 * Appends events of one user: fence, dedupe, sequence, stream and wake-up in one step that nothing comes between.
 *
 * KEYS: the stream, the head, then three for each run: its state, the ids it has seen, its end. All have the user's hash
 * tag. ARGV: wake-up channel, seconds for which an ended run is remembered, how many sorts of events and how many outcomes
 * there are; eleven values for each sort, the outcomes, three for each event: its sort, id and text. A sort is what events
 * of one attempt have in common.
 * The wake-up carries what was appended, a line "seq json" for each event, unless that is too much for a message.
 * Answers for each event its sequence, or 0 (duplicate), -1 (fenced), -2 (closed), and which runs Redis did not know.
 * Times are kept as the text they came as: Lua would write one in milliseconds as 1.764e+12.
 *
 * What is known of a run and its agents is asked for once and written once, however many of the events are theirs: a
 * call from Lua costs as much as the entry of the stream itself. In parts, since Lua can spread some thousand values.
 */
export const APPEND_SCRIPT = `
local PART = 1000
local head = tonumber(redis.call('GET', KEYS[2]) or '0')
local before = head
local answers, fresh, told, size, runs, sorts = {}, {}, {}, 0, {}, {}
local outcomes = 4 + 11 * ARGV[3]
local first = outcomes + 1 + ARGV[4]
-- More events are a backlog, which its follower reads by pages.
local carries = #ARGV < first + 3 * 100

local function inParts(command, key, values)
  local all = {}
  for from = 1, #values, PART do
    local answer = redis.call(command, key, unpack(values, from, math.min(from + PART - 1, #values)))
    if type(answer) == 'table' then for n = 1, #answer do all[#all + 1] = answer[n] end end
  end
  return all
end

local function agentFrom(text)
  if not text then return false end
  local g, scheduled, attempt, final = string.match(text, '^(%d+) (%d+) (%d+) (%d)$')
  return g and { g = tonumber(g), scheduled = scheduled, attempt = attempt, final = final }
end

for i = 5, outcomes, 11 do
  local n, agent = ARGV[i], ARGV[i + 3]
  local run = runs[n]
  if not run then
    local key = KEYS[3 + 3 * n]
    local known = redis.call('HMGET', key, 'generation', 'ended_at', 'agent:' .. agent)
    run = { key = key, ids = KEYS[4 + 3 * n], end_key = KEYS[5 + 3 * n], asked = {}, seen = {}, added = {}, changed = {} }
    run.generation, run.ended, run.agents = tonumber(known[1]), known[2], { [agent] = agentFrom(known[3]) }
    run.n, run.known = tonumber(n), known[1]
    runs[n] = run
  elseif run.agents[agent] == nil then
    run.agents[agent] = agentFrom(redis.call('HGET', run.key, 'agent:' .. agent))
  end
  sorts[#sorts + 1] = {
    run = run, g = tonumber(ARGV[i + 1]), kind = ARGV[i + 2], agent = agent ~= '' and agent, scheduled = ARGV[i + 4],
    attempt = ARGV[i + 5], final = ARGV[i + 6], run_id = ARGV[i + 7], at = ARGV[i + 8],
    status = ARGV[i + 9], outcome = tonumber(ARGV[i + 10]),
  }
end
for i = first, #ARGV, 3 do
  local asked = sorts[tonumber(ARGV[i])].run.asked
  asked[#asked + 1] = ARGV[i + 1]
end
for _, run in pairs(runs) do
  local members = inParts('SMISMEMBER', run.ids, run.asked)
  for n = 1, #members do if members[n] == 1 then run.seen[run.asked[n]] = true end end
end

for i = first, #ARGV, 3 do
  local sort, id, json = sorts[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]
  local run, g, kind, agent, scheduled, attempt = sort.run, sort.g, sort.kind, sort.agent, sort.scheduled, sort.attempt
  local last = agent and run.agents[agent]
  local answer
  if run.seen[id] then answer = 0
  elseif run.ended and g <= run.generation and kind ~= 'operator' then answer = -2
  elseif last and g < last.g then answer = -1
  elseif last and g == last.g then
    if last.final == '1' or kind == 'queued' then answer = -1
    elseif scheduled ~= '' then
      local s, a, ls = tonumber(scheduled), tonumber(attempt), tonumber(last.scheduled)
      if s < ls or (s == ls and a < tonumber(last.attempt)) then answer = -1 end
    end
  end
  if not answer then
    head = head + 1
    answer = head
    redis.call('XADD', KEYS[1], string.format('%d-0', head), 'run', sort.run_id, 'json', json)
    size = size + #json + 20
    carries = carries and size <= ${MAX_TOLD_BYTES}
    if carries then told[#told + 1] = string.format('%d ', head) .. json end
    run.seen[id] = true
    run.added[#run.added + 1] = id
    if not run.generation then run.generation = g
    elseif g > run.generation then run.generation, run.ended, run.turned = g, false, 'restarted' end
    if agent and last ~= sort then
      run.agents[agent], run.changed[agent] = sort, true
      if scheduled == '' then
        scheduled, attempt = last and last.scheduled or '0', last and last.attempt or '0'
        run.agents[agent] = { g = g, scheduled = scheduled, attempt = attempt, final = sort.final }
      end
    end
    if kind == 'end' then run.ended, run.turned, run.end_sort = sort.at, 'ended', sort end
  end
  answers[#answers + 1] = answer
end

for _, run in pairs(runs) do
  if #run.added > 0 then
    if not run.known then fresh[#fresh + 1] = run.n end
    inParts('SADD', run.ids, run.added)
    local fields = { 'generation', string.format('%d', run.generation) }
    for agent in pairs(run.changed) do
      local last = run.agents[agent]
      fields[#fields + 1] = 'agent:' .. agent
      fields[#fields + 1] = string.format('%d %s %s %s', last.g, last.scheduled, last.attempt, last.final)
    end
    inParts('HSET', run.key, fields)
    for _, key in ipairs({ run.key, run.ids }) do
      if run.turned == 'ended' then redis.call('EXPIRE', key, ARGV[2])
      elseif run.turned == 'restarted' then redis.call('PERSIST', key) end
    end
    if run.turned == 'ended' then
      local last = run.end_sort
      redis.call('HSET', run.key, 'ended_at', run.ended)
      redis.call('DEL', run.end_key)
      redis.call('HSET', run.end_key, 'generation', string.format('%d', last.g), 'status', last.status, 'ended_at', last.at)
      if last.outcome > 0 then redis.call('HSET', run.end_key, 'outcome', ARGV[outcomes + last.outcome]) end
    elseif run.turned == 'restarted' then
      redis.call('HDEL', run.key, 'ended_at')
      redis.call('DEL', run.end_key)
    end
  end
end
if head > before then
  redis.call('SET', KEYS[2], string.format('%d', head))
  redis.call('PUBLISH', ARGV[1], carries and table.concat(told, '\\n') or '')
end
return { answers, fresh }
`;
