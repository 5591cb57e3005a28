import { BatonError } from '../contracts/baton-error.ts';
import type { Decisions } from './decisions.ts';
import type { EffectLedger } from './effect-ledger.ts';
import type { EventLog } from './event-log.ts';
import type { Leases } from './leases.ts';
import { createRedisDecisions } from './redis-decisions.ts';
import { createRedisEffects } from './redis-effects.ts';
import { createRedisLeases } from './redis-leases.ts';
import { createRedisRunIds } from './redis-run-ids.ts';
import type { RunIds } from './run-ids.ts';
import { createSqliteDecisions } from './sqlite-decisions.ts';
import { createSqliteEffects } from './sqlite-effects.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { createSqliteLeases } from './sqlite-leases.ts';
import { createSqliteRunIds } from './sqlite-run-ids.ts';
import { LOG_TABLES } from './sqlite-log-tables.ts';
import { createSqliteLog } from './sqlite-log.ts';
import { SIDE_TABLES } from './sqlite-side-tables.ts';

export type StoreOptions = {
  /** `sqlite:PATH`, or `redis://…` or `rediss://…`. */
  url: string;
  /** Of a SQLite store: `full` also survives a power loss. @default 'normal' */
  fsync?: 'normal' | 'full';
  /** Of a Redis store: how long ended runs are remembered, in days. @default 30 */
  retentionDays?: number;
};

/** First part of every key in Redis. */
const PREFIX = { prefix: 'baton' };

/** Everything Baton keeps outside Temporal. */
export type Store = {
  log: EventLog;
  effects: EffectLedger;
  leases: Leases;
  decisions: Decisions;
  runIds: RunIds;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

async function openSqliteStore(path: string, { fsync }: StoreOptions): Promise<Store> {
  const file = openSqliteFile({ path, tables: [LOG_TABLES, SIDE_TABLES], fsync });
  const log = await createSqliteLog(file);
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= log.close().then(() => file.db.close()));
  return {
    log,
    effects: createSqliteEffects(file),
    leases: createSqliteLeases(file),
    decisions: createSqliteDecisions(file),
    runIds: createSqliteRunIds(file),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openRedisStore({ url, retentionDays }: StoreOptions): Promise<Store> {
  // Only who has a Redis pays for its driver at start.
  const { openRedis } = await import('./open-redis.ts');
  const { createRedisLog } = await import('./redis-log.ts');
  const redis = await openRedis(url);
  const log = await createRedisLog(redis, { ...PREFIX, retentionDays });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= log.close().then(() => redis.disconnect()));
  return {
    log,
    effects: createRedisEffects(redis, PREFIX),
    leases: createRedisLeases(redis, PREFIX),
    decisions: createRedisDecisions(redis, PREFIX),
    runIds: createRedisRunIds(redis, { ...PREFIX, retentionDays }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/**
 * Opens the store that the URL names.
 *
 * @throws BatonError `InvalidInput` naming the path when the file cannot be opened or the URL is of no known kind; for
 *   Redis see `openRedis`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const [, scheme, rest = ''] = /^([a-z]+):(.*)$/.exec(options.url) ?? [];
  if (scheme === 'sqlite') return openSqliteStore(rest, options);
  if (scheme === 'redis' || scheme === 'rediss') return openRedisStore(options);
  throw new BatonError('InvalidInput', `no store of kind "${scheme}:" is known; use sqlite:PATH or redis://HOST`);
}
