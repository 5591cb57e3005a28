import type { Cluster, Redis } from 'ioredis';
import { redisKeys } from './redis-keys.ts';
import { redisScript } from './redis-script.ts';
import { rebound, type BindingRecord, type TemporalBindings } from './temporal-binding.ts';

/** KEYS: binding. ARGV: what it must be (empty: nothing), what it becomes then. Answers what it is. */
const SWAP = `
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return now end
redis.call('SET', KEYS[1], ARGV[2])
return ARGV[2]
`;

/** The binding as a key of Redis. */
export function createRedisBinding(
  redis: Redis | Cluster,
  { prefix, place }: { prefix: string; place: string },
): TemporalBindings {
  const key = redisKeys(prefix).temporal;
  const swap = redisScript<string>(redis, { name: 'batonBinding', lua: SWAP });
  const parse = (text: string) => JSON.parse(text) as BindingRecord;

  async function put(expected: string, record: BindingRecord): Promise<BindingRecord> {
    return parse(await swap([key], [expected, JSON.stringify(record)]));
  }

  return {
    place,
    async read() {
      const text = await redis.get(key);
      return text === null ? undefined : parse(text);
    },
    bind: (binding) => put('', { current: binding, earlier: [] }),
    async rebind({ from, to }) {
      const text = (await redis.get(key)) ?? '';
      const now = text === '' ? { current: from, earlier: [] } : parse(text);
      const isFrom = now.current.namespaceId === from.namespaceId && now.current.at === from.at;
      return isFrom ? put(text, rebound(now, to)) : now;
    },
  };
}
