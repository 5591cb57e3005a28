import { randomUUID } from 'node:crypto';
import { Cluster, type ChainableCommander, type Redis } from 'ioredis';
import { BatonError } from '../contracts/baton-error.ts';
import { LOG_UNAVAILABLE } from '../contracts/unavailable.ts';
import { LUA_IS_HERE, redisScript } from './redis-script.ts';

/** How often a server that is left for another one in the midst of a look is looked at anew. */
const MAX_LOOKS = 5;

/** No other master before this one. */
const NOBODY = '0'.repeat(40);

/**
 * KEYS: the incarnation. ARGV: run id of the server, its replication id and the one of the master whose writes it goes
 * on from, whether its restart keeps every write and whether a replica is attached (1 or 0 each), a new id. Answers the
 * id, and whether a replica is or was attached to this master; nothing on another server than that.
 */
const LOOK = `
${LUA_IS_HERE}
if not isHere(ARGV[1]) then return false end
local row = redis.call('HMGET', KEYS[1], 'id', 'server', 'replication', 'keeps', 'replicated')
local id, replicated = row[1], row[5]
local isNew, isMoved = row[2] ~= ARGV[1], ARGV[3] ~= '${NOBODY}'
if not id then
  id = ARGV[6]
elseif isNew and (isMoved or replicated or row[4] == '0' or ARGV[4] == '0') then
  -- A replica that took over may lack the last writes. Whether a server that had one is itself cannot be told.
  id = ARGV[6]
elseif not isNew and row[3] ~= ARGV[2] and isMoved and ARGV[3] ~= row[3] then
  -- It took the writes of another master meanwhile. One that was only told to be a replica, and is none, has its own.
  id = ARGV[6]
end
-- A replica that took over need not have one of its own.
if isNew and isMoved then replicated = false end
if ARGV[5] == '1' then replicated = '1' end
redis.call('HSET', KEYS[1], 'id', id, 'server', ARGV[1], 'replication', ARGV[2], 'keeps', ARGV[4])
if replicated then redis.call('HSET', KEYS[1], 'replicated', '1') else redis.call('HDEL', KEYS[1], 'replicated') end
return {id, replicated and '1' or '0'}
`;

/** What a look at the server that keeps a run's ledger has shown. */
export type RedisLook = {
  incarnation: string;
  /** Id of its stream of writes: another one is another master. */
  replication: string;
  /** Command, with its arguments but the time, that waits until what was written is safe; none where nothing else keeps it. */
  confirm: readonly string[];
};

/** Field of the text that INFO answers. */
export function infoField(text: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? '';
}

function isSince([major = 0, minor = 0]: number[]): boolean {
  return major > 7 || (major === 7 && minor >= 2);
}

function confirmOf(info: string): readonly string[] {
  const version = infoField(info, 'redis_version').split('.').map(Number);
  const synced = infoField(info, 'aof_enabled') === '1' && isSince(version);
  return synced ? ['WAITAOF', '1', '1'] : ['WAIT', '1'];
}

async function textsOf(pipeline: ChainableCommander): Promise<(string | string[])[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error) throw error;
    return answer as string | string[];
  });
}

/**
 * Finds out under which incarnation the ledger of a run is. It changes where the server was emptied, was started again
 * without keeping every write, or is another master than before. In a cluster it is the replication id of the node that
 * has the run: there also a restart and a move of slots change it, which asks too often and never too little.
 */
export function createRedisIncarnation(redis: Redis | Cluster, { prefix }: { prefix: string }) {
  const key = `${prefix}:incarnation`;
  const script = redisScript<[string, string] | null>(redis, { name: 'batonIncarnation', lua: LOOK });
  const replicatedNodes = new Set<string>();

  async function ofNode(cluster: Cluster, runKey: string): Promise<RedisLook> {
    // Everything in one pipeline goes to the node of its keys.
    const pipeline = cluster.pipeline().exists(runKey).info();
    const [, info = ''] = (await textsOf(pipeline)) as string[];
    const replication = infoField(info, 'master_replid');
    if (infoField(info, 'connected_slaves') !== '0') replicatedNodes.add(replication);
    const confirm = replicatedNodes.has(replication) ? confirmOf(info) : [];
    return { incarnation: replication, replication, confirm };
  }

  async function ofServer(server: Redis): Promise<RedisLook | undefined> {
    // A hosted Redis may refuse to say; then its restart is not trusted.
    const settings = server.config('GET', 'appendfsync').catch(() => []) as Promise<string[]>;
    const [info, [, fsync]] = await Promise.all([server.info(), settings]);
    const replication = infoField(info, 'master_replid');
    const keeps = infoField(info, 'aof_enabled') === '1' && fsync === 'always';
    const hasReplica = infoField(info, 'connected_slaves') !== '0';
    const ids = [infoField(info, 'run_id'), replication, infoField(info, 'master_replid2')];
    const found = await script([key], [...ids, Number(keeps), Number(hasReplica), randomUUID()]);
    if (!found) return undefined;
    const [incarnation, replicated] = found;
    return { incarnation, replication, confirm: replicated === '1' ? confirmOf(info) : [] };
  }

  async function ofMaster(server: Redis): Promise<RedisLook> {
    for (let n = 1; n <= MAX_LOOKS; n += 1) {
      const look = await ofServer(server);
      if (look) return look;
    }
    const message = 'the effect ledger in Redis cannot be looked at: its master changes again and again';
    throw new BatonError('NetworkError', message, { code: LOG_UNAVAILABLE });
  }

  return {
    /** Where it is kept; undefined in a cluster. */
    key: redis instanceof Cluster ? undefined : key,
    /** `runKey`: any key of the run. */
    look: (runKey: string): Promise<RedisLook> => (redis instanceof Cluster ? ofNode(redis, runKey) : ofMaster(redis)),
  };
}
