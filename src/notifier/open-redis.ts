import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { BatonError } from '../contracts/baton-error.ts';
import { LOG_UNAVAILABLE } from '../contracts/unavailable.ts';
import { withoutPassword } from '../contracts/without-password.ts';
import { redisAddress } from './redis-address.ts';

/** A command that was not answered by then has failed: whoever called it has an outbox or a retry. */
const COMMAND_TIMEOUT_MS = 5_000;

/**
 * A connection that does not answer for so long is given up. Before the command that waits is: a connection whose other
 * end is gone without a word would stay for a quarter of an hour, and every command on it would fail.
 */
const SOCKET_TIMEOUT_MS = 4_000;

/** How long the first connection may take: sentinels that do not answer are asked for ever. */
const START_TIMEOUT_MS = 10_000;

/** A server that says so is not, or no longer, the master; another one may be found at the same address. */
const ELSEWHERE = /(?:^|\s|-)(?:READONLY|MASTERDOWN|LOADING|NOREPLICAS)\b/;

/** At most one look for another server in this time, in milliseconds: a failover may take a while. */
const LOOK_ELSEWHERE_MS = 1_000;

const REFUSED = /\b(?:NOAUTH|WRONGPASS|NOPERM)\b/;

const OPTIONS: RedisOptions = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
  keepAlive: 10_000,
  // A repeated append is dropped by its identity, so a command whose answer was lost may be sent again.
  maxRetriesPerRequest: 3,
  retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), 2_000) * (0.5 + Math.random() / 2),
  lazyConnect: true,
};

/** After a failover behind one address the connection would stay on the old server for ever. */
function lookElsewhere(): NonNullable<RedisOptions['reconnectOnError']> {
  let lookedAt = -Infinity;
  return ({ message }) => {
    const now = performance.now();
    if (!ELSEWHERE.test(message) || now - lookedAt < LOOK_ELSEWHERE_MS) return false;
    lookedAt = now;
    // Connect anew, and send the refused command again.
    return 2;
  };
}

function create(url: string): Redis | Cluster {
  const { kind, hosts, options } = redisAddress(url);
  if (kind !== 'cluster') return new Redis({ ...OPTIONS, ...options, reconnectOnError: lookElsewhere() });
  return new Cluster(hosts, { redisOptions: { ...OPTIONS, ...options, lazyConnect: false }, lazyConnect: true });
}

/** An evicted key would be a hole in somebody's feed. */
async function checkPolicy(redis: Redis | Cluster, shown: string) {
  const [, policy = 'noeviction'] = /maxmemory_policy:([\w-]+)/.exec(await redis.info('memory')) ?? [];
  if (policy === 'noeviction') return;
  const remedy = 'set "maxmemory-policy noeviction", or use a Redis of its own';
  throw new BatonError('InvalidInput', `${shown} may evict keys (maxmemory-policy ${policy}): ${remedy}`);
}

function withinStart(connecting: Promise<void>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${START_TIMEOUT_MS} ms`)), START_TIMEOUT_MS);
  connecting.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}

function startFailure(shown: string, why: string, cause: unknown): BatonError {
  if (REFUSED.test(why)) {
    const remedy = 'correct them in BATON_LOG, redis://USER:PASSWORD@HOST:PORT, or what that user may do';
    return new BatonError('InvalidInput', `Redis at ${shown} refuses the user or password (${why}): ${remedy}`, {
      cause,
    });
  }
  const message = `Redis does not answer at ${shown}: ${why}; is it running?`;
  return new BatonError('NetworkError', message, { code: LOG_UNAVAILABLE, cause });
}

/**
 * Connects to Redis 7 or Valkey; see `redisAddress` for the forms of the URL.
 *
 * @throws BatonError `NetworkError`, code `log_unavailable`, when it does not answer; `InvalidInput` when it refuses the
 *   password, or may evict keys
 */
export async function openRedis(url: string): Promise<Redis | Cluster> {
  const redis = create(url);
  const shown = withoutPassword(url);
  // Without a listener a lost connection would end the process; what it costs is told by the commands that fail.
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => (lastError = error));
  try {
    await withinStart(redis.connect());
    await checkPolicy(redis, shown);
    return redis;
  } catch (cause) {
    redis.disconnect();
    if (cause instanceof BatonError) throw cause;
    throw startFailure(shown, (lastError ?? (cause as Error)).message, cause);
  }
}
