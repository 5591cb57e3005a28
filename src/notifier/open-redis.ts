import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { BatonError } from '../contracts/baton-error.ts';
import { withoutPassword } from '../contracts/without-password.ts';

/** A command that was not answered by then has failed: whoever called it has an outbox or a retry. */
const COMMAND_TIMEOUT_MS = 5_000;

const OPTIONS: RedisOptions = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: COMMAND_TIMEOUT_MS,
  keepAlive: 10_000,
  // A repeated append is dropped by its identity, so a command whose answer was lost may be sent again.
  maxRetriesPerRequest: 3,
  retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000) * (0.5 + Math.random() / 2),
  lazyConnect: true,
};

function create(url: string): Redis | Cluster {
  const parsed = new URL(url);
  const isCluster = parsed.searchParams.has('cluster');
  parsed.search = '';
  if (!isCluster) return new Redis(parsed.href, OPTIONS);
  const { hostname, port, username, password, protocol } = parsed;
  const tls = protocol === 'rediss:' ? {} : undefined;
  const redisOptions = { ...OPTIONS, lazyConnect: false, username, password: decodeURIComponent(password), tls };
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], { redisOptions, lazyConnect: true });
}

/** An evicted key would be a hole in somebody's feed. */
async function checkPolicy(redis: Redis | Cluster, shown: string) {
  const [, policy = 'noeviction'] = /maxmemory_policy:([\w-]+)/.exec(await redis.info('memory')) ?? [];
  if (policy === 'noeviction') return;
  const remedy = 'set "maxmemory-policy noeviction", or use a Redis of its own';
  throw new BatonError('InvalidInput', `${shown} may evict keys (maxmemory-policy ${policy}): ${remedy}`);
}

/**
 * Connects to Redis 7 or Valkey; `rediss:` is TLS, `?cluster` in the URL says that it is a node of a cluster.
 *
 * @throws BatonError `NetworkError` when it does not answer, `InvalidInput` when it may evict keys
 */
export async function openRedis(url: string): Promise<Redis | Cluster> {
  const redis = create(url);
  const shown = withoutPassword(url);
  // Without a listener a lost connection would end the process; what it costs is told by the commands that fail.
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => (lastError = error));
  try {
    await redis.connect();
    await checkPolicy(redis, shown);
    return redis;
  } catch (cause) {
    redis.disconnect();
    if (cause instanceof BatonError) throw cause;
    const why = (lastError ?? (cause as Error)).message;
    throw new BatonError('NetworkError', `Redis does not answer at ${shown}: ${why}; is it running?`, { cause });
  }
}
