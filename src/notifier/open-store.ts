import { BatonError } from '../contracts/baton-error.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import { withoutPassword } from '../contracts/without-password.ts';
import type { Decisions } from './decisions.ts';
import type { EffectLedger } from './effect-ledger.ts';
import type { EventLog } from './event-log.ts';
import type { Leases } from './leases.ts';
import { createRedisBinding } from './redis-binding.ts';
import { createRedisDecisions } from './redis-decisions.ts';
import { createRedisEffects } from './redis-effects.ts';
import { createRedisLeases } from './redis-leases.ts';
import { createRedisRunIds } from './redis-run-ids.ts';
import type { RunIds } from './run-ids.ts';
import { createSqliteBinding } from './sqlite-binding.ts';
import { createSqliteDecisions } from './sqlite-decisions.ts';
import { createSqliteEffects } from './sqlite-effects.ts';
import { openSqliteFile } from './sqlite-file.ts';
import { openIncarnation } from './sqlite-incarnation.ts';
import { createSqliteLeases } from './sqlite-leases.ts';
import { createSqliteRunIds } from './sqlite-run-ids.ts';
import { LOG_TABLES } from './sqlite-log-tables.ts';
import { createSqliteLog } from './sqlite-log.ts';
import type { PayloadKey } from '../payload/payload-keys.ts';
import { createSeal } from '../payload/seal.ts';
import { isSealedEvent, sealedDecisions, sealedEffects, sealedLog } from './sealed-parts.ts';
import { SIDE_TABLES } from './sqlite-side-tables.ts';
import { outageGuard, outageOf } from './store-outage.ts';
import { watchOutages, type OutageReport } from './watch-outages.ts';
import type { TemporalBindings } from './temporal-binding.ts';

export type StoreOptions = {
  /** `sqlite:PATH`, or `redis://…` or `rediss://…`. */
  url: string;
  /** Of a SQLite store: `full` also survives a power loss. @default 'normal' */
  fsync?: 'normal' | 'full';
  /** Of a Redis store: how long ended runs are remembered, in days. @default 30 */
  retentionDays?: number;
  /**
   * Seal payloads of events, outcomes, inputs and receipts of calls, and decisions: the first seals, all open.
   *
   * @default what is kept is not encrypted, and what was sealed cannot be read
   */
  keys?: readonly PayloadKey[];
  /** Gets what a process should say of its store: that it is away, and that it is back. @default nothing is said */
  report?: (report: OutageReport) => void;
};

/** How often it is made sure that the file is still there, in milliseconds. */
const LOOK_MS = 1_000;

/** First part of every key in Redis. */
const PREFIX = { prefix: 'baton' };

type Parts = {
  log: EventLog;
  effects: EffectLedger;
  leases: Leases;
  decisions: Decisions;
  runIds: RunIds;
  /** Which Temporal the log belongs to. */
  binding: TemporalBindings;
};

/**
 * Everything Baton keeps outside Temporal. Whatever it cannot answer now fails with a `BatonError` of code
 * `log_unavailable`.
 */
export type Store = Parts & {
  /** Resolves, with the reason, once this process can no longer use the store: its file was removed or replaced. */
  lost: Promise<BatonError>;
  /** When the oldest event was published that is kept in plain text, ISO 8601 UTC; undefined where none is found. */
  oldestPlain(): Promise<string | undefined>;
  /**
   * For a role that starts: without the key of what the others keep it would write in plain text what they seal.
   *
   * @throws BatonError `InvalidInput` with code `payload_key_missing`, naming the key
   */
  refuseMissingKey(): Promise<void>;
  /** When the store last could not answer this process, in milliseconds since 1970; undefined if it always could. */
  lastOutage(): number | undefined;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

type Opened = {
  /** As it may be shown. */
  store: string;
  parts: Parts;
  letGo: () => void;
  verify?: () => void;
  lost?: Promise<BatonError>;
  lastCause?: () => string | undefined;
};

/** Of how many users the first event is looked at: what was kept before there were keys comes before what is sealed. */
const MAX_USERS_LOOKED_AT = 1_000;

async function oldestPlain(log: EventLog): Promise<string | undefined> {
  const users = (await log.users()).slice(0, MAX_USERS_LOOKED_AT);
  const plain: string[] = [];
  for (const userId of users) {
    const [first] = await log.read({ userId, after: 0, limit: 1 });
    if (first && !isSealedEvent(first)) plain.push(first.at);
  }
  return plain.toSorted()[0];
}

/** Of how many users the latest event is read to see whether the keys are there. */
const MAX_USERS_READ = 20;

/** Reads the latest event of some users, which fails where its key is missing. */
async function readLatest(log: EventLog): Promise<void> {
  try {
    for (const userId of (await log.users()).slice(0, MAX_USERS_READ)) {
      const { head } = await log.head({ userId });
      await log.read({ userId, after: head - 1, limit: 1 });
    }
  } catch (error) {
    // A store that is away is waited out by whoever needs it.
    if (!isUnavailable(error)) throw error;
  }
}

/** A process that has nothing to write shall notice too that its file is gone. */
function lookRegularly(verify: () => void): () => void {
  const timer = setInterval(() => {
    try {
      verify();
    } catch {
      clearInterval(timer);
    }
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

/** The one place where the errors of a store's drivers become `log_unavailable`. */
function toStore({ store, parts, letGo, verify, lastCause, lost }: Opened, { report, keys = [] }: StoreOptions): Store {
  let outageAt: number | undefined;
  function onOutage(error: BatonError) {
    outageAt = Date.now();
    watch?.away(error);
  }
  const guard = outageGuard({ store, verify, lastCause, onOutage });
  const seal = createSeal(keys);
  const raw = guard(parts.log);
  const log = sealedLog(raw, seal);
  const watch = report && watchOutages({ store, probe: log.probe, report });
  const stopLooking = verify && lookRegularly(verify);
  void lost?.then((error) => watch?.away(error));
  let closed: Promise<void> | undefined;
  async function closeOnce() {
    watch?.close();
    stopLooking?.();
    await parts.log.close();
    letGo();
  }
  const close = () => (closed ??= closeOnce());
  return {
    log,
    effects: sealedEffects(guard(parts.effects), seal),
    leases: guard(parts.leases),
    decisions: sealedDecisions(guard(parts.decisions), seal),
    runIds: guard(parts.runIds),
    binding: guard(parts.binding),
    lost: lost ?? new Promise(() => undefined),
    oldestPlain: () => oldestPlain(raw),
    refuseMissingKey: () => readLatest(log),
    lastOutage: () => outageAt,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openSqliteStore(path: string, options: StoreOptions): Promise<Store> {
  const file = openSqliteFile({ path, tables: [LOG_TABLES, SIDE_TABLES], fsync: options.fsync });
  const { path: store, db, verify, lost } = file;
  try {
    const log = await createSqliteLog(file, { seal: createSeal(options.keys ?? []) });
    const ledger = await openIncarnation(file);
    const parts = {
      log,
      effects: createSqliteEffects(file, ledger),
      leases: createSqliteLeases(file),
      decisions: createSqliteDecisions(file),
      runIds: createSqliteRunIds(file),
      binding: createSqliteBinding(file),
    };
    function letGo() {
      ledger.close();
      db.close();
    }
    return toStore({ store, parts, letGo, verify, lost }, options);
  } catch (error) {
    db.close();
    throw outageOf(error, { store }) ?? error;
  }
}

async function openRedisStore(options: StoreOptions): Promise<Store> {
  const { url, retentionDays, keys = [] } = options;
  // Only who has a Redis pays for its driver at start.
  const { openRedis } = await import('./open-redis.ts');
  const { createRedisLog } = await import('./redis-log.ts');
  const store = withoutPassword(url);
  const redis = await openRedis(url);
  const effects = createRedisEffects(redis, { ...PREFIX, retentionDays });
  function letGo() {
    effects.close();
    redis.disconnect();
  }
  let cause: string | undefined;
  const lastCause = () => cause;
  redis.on('error', ({ message }: Error) => (cause = message)).on('ready', () => (cause = undefined));
  try {
    const parts = {
      log: await createRedisLog(redis, { ...PREFIX, retentionDays, seal: createSeal(keys) }),
      effects,
      leases: createRedisLeases(redis, PREFIX),
      decisions: createRedisDecisions(redis, PREFIX),
      runIds: createRedisRunIds(redis, { ...PREFIX, retentionDays }),
      binding: createRedisBinding(redis, { ...PREFIX, place: store }),
    };
    return toStore({ store, parts, letGo, lastCause }, options);
  } catch (error) {
    letGo();
    throw outageOf(error, { store, lastCause }) ?? error;
  }
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
