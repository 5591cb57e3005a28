import { randomUUID } from 'node:crypto';
import { Cluster, type Redis } from 'ioredis';
import type { RedisKeys } from './redis-keys.ts';
import { LUA_IS_HERE, redisScript } from './redis-script.ts';
import { unavailable } from './store-outage.ts';

/** What stands for the run id of a server where there are many. */
const CLUSTER = 'cluster';

/** KEYS: epoch, server. ARGV: the server's run id, whether it may have lost something (1 or 0), a new epoch. Nothing on another server. */
const EPOCH_SCRIPT = `
${LUA_IS_HERE}
if ARGV[1] ~= '${CLUSTER}' and not isHere(ARGV[1]) then return false end
local epoch, server = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
if epoch and server == ARGV[1] then return epoch end
redis.call('SET', KEYS[2], ARGV[1])
if epoch and (not server or ARGV[2] == '0') then return epoch end
redis.call('SET', KEYS[1], ARGV[3])
return ARGV[3]
`;

async function writesAtOnce(redis: Redis): Promise<boolean> {
  if (!/^aof_enabled:1/m.test(await redis.info('persistence'))) return false;
  // A hosted Redis may refuse to tell.
  const [, value] = (await redis.config('GET', 'appendfsync').catch(() => [])) as string[];
  return value === 'always';
}

/** Whether this server was a replica before, which may have missed what its master had acknowledged. */
async function wasPromoted(redis: Redis): Promise<boolean> {
  return /^master_replid2:(?!0+\s)\w+/m.test(await redis.info('replication'));
}

/** Wait until a server that was not asked successfully is asked again, in milliseconds. */
const AGAIN_MS = 1_000;

/** How often a read is repeated whose log turns out to be another one by then. */
const MAX_READS = 5;

/**
 * The epoch of a log: a new one where Redis was started anew and may have lost its last events, whose numbers are given
 * anew then; so where another server took over, and where it was emptied. Looks again at every connection, and at each
 * read. A cluster's nodes fail one by one; there it changes only where the log was emptied.
 */
export async function openRedisEpoch(redis: Redis | Cluster, keys: RedisKeys) {
  const script = redisScript<string | null>(redis, { name: 'batonEpoch', lua: EPOCH_SCRIPT });
  let current = '';
  let losses = 0;
  let lookedAfter = 0;

  async function look() {
    const after = losses;
    let [server, mayHaveLost] = [CLUSTER, 0];
    if (!(redis instanceof Cluster)) {
      server = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? '';
      mayHaveLost = (await writesAtOnce(redis)) && !(await wasPromoted(redis)) ? 0 : 1;
    }
    const found = await script([keys.epoch, keys.server], [server, mayHaveLost, randomUUID()]);
    if (found === null) throw unavailable('in Redis', 'another server took its place while it was looked at');
    // A look that a lost connection overtook may have seen the server before this one.
    if (after !== losses) return;
    current = found;
    lookedAfter = after;
  }

  /**
   * What a read gives, of the log whose epoch is `current()` afterwards. Commands that waited for a connection are
   * answered before the look at its server, and a server may be emptied behind a connection that lasts: either would
   * give what is in the new log under the old log's epoch.
   *
   * @throws BatonError code `log_unavailable` where the log changes again and again
   */
  async function during<T>(read: () => Promise<T>): Promise<T> {
    for (let n = 1; n <= MAX_READS; n += 1) {
      const answer = await read();
      if (lookedAfter === losses && (await redis.get(keys.epoch)) === current) return answer;
      await look();
    }
    throw unavailable('in Redis', 'its server changes again and again');
  }

  const onClose = () => void (losses += 1);
  redis.on('close', onClose);
  while (current === '') await look();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  /** A server may be reached before it has become the master, and keep the connection. */
  function again() {
    clearTimeout(timer);
    look().catch(() => {
      clearTimeout(timer);
      if (!closed) timer = setTimeout(again, AGAIN_MS).unref();
    });
  }
  redis.on('ready', again);
  function close() {
    closed = true;
    redis.off('ready', again);
    redis.off('close', onClose);
    clearTimeout(timer);
  }
  return { current: () => current, during, close };
}
