import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BatonError } from '../contracts/baton-error.ts';
import { checkContents, checkHeader, watchPlace } from './check-sqlite-file.ts';
import { recordParts, separateParts } from './sqlite-parts.ts';
import { createPrivately, makePrivate } from './private-file.ts';
import { meansOutage, unavailable } from './store-outage.ts';
import { createTransaction, type Transaction } from './sqlite-transaction.ts';

/** Version of all tables; kept in the file, so that older code does not write into newer tables. */
const SCHEMA_VERSION = 3;

/**
 * Pages of new writes (of 4 kB) after which a writer moves them into the file, which waits for the disk. By default
 * 1000, which every two hundredth event would have to wait for.
 */
const CHECKPOINT_PAGES = 8_000;

/** A statement waits this long for another process by blocking; longer waits are the transaction's. */
const BLOCKING_WAIT_MS = 20;

export type SqliteFileOptions = {
  path: string;
  /** SQL that makes the tables, each with IF NOT EXISTS. */
  tables: readonly string[];
  /** `full` also survives a power loss. @default 'normal' */
  fsync?: 'normal' | 'full';
  /** How long a writer waits for another process, in milliseconds. @default 5000 */
  busyTimeoutMs?: number;
};

/** One open file, shared by everything that keeps tables in it. */
export type SqliteFile = {
  path: string;
  db: DatabaseSync;
  transaction: Transaction;
  /**
   * Makes sure that the open file is still the one at `path`; costs some microseconds. Transactions do it themselves.
   *
   * @throws BatonError code `log_unavailable`, for ever, once the file was removed, replaced or cut short
   */
  verify(): void;
  /** Resolves with that error as soon as it is noticed. */
  lost: Promise<BatonError>;
};

/** CORRUPT, CANTOPEN, NOTADB: at the start a file or a path that is wrong, not one that will be right later. */
function isWrongFile(error: unknown): boolean {
  return [11, 14, 26].includes(Number((error as { errcode?: unknown }).errcode) & 0xff);
}

function prepare(db: DatabaseSync, { path, tables, fsync, busyTimeoutMs }: Required<SqliteFileOptions>) {
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  db.exec(`PRAGMA synchronous = ${fsync === 'full' ? 'FULL' : 'NORMAL'}`);
  db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA_VERSION) {
    throw new BatonError(
      'InvalidInput',
      `event log ${path} was written by a newer Baton (version ${version}); update this one`,
    );
  }
  checkContents(db, path);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of tables) db.exec(sql);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
  db.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
}

/**
 * Opens the file of log, ledger and leases, creating it for this user only.
 *
 * @throws BatonError `InvalidInput` naming the path when the folder cannot be written, or the file is not an event log, is
 *   damaged, or of a newer version; `NetworkError`, code `log_unavailable`, when it cannot be opened now
 */
export function openSqliteFile({ fsync = 'normal', busyTimeoutMs = 5_000, ...options }: SqliteFileOptions): SqliteFile {
  const path = resolve(options.path);
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    separateParts(path);
    checkHeader(path);
    createPrivately(path);
    // Of a file that belongs to another user the mode stays: `keepPrivate` says so.
    for (const file of [path, `${path}-wal`, `${path}-shm`]) makePrivate(file);
    db = new DatabaseSync(path);
    prepare(db, { path, tables: options.tables, fsync, busyTimeoutMs });
    recordParts(path);
    const { verify, lost } = watchPlace(path);
    return { path, db, transaction: createTransaction(db, { path, busyTimeoutMs, verify }), verify, lost };
  } catch (cause) {
    db?.close();
    if (cause instanceof BatonError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    // Another process is writing, or the disk is full: nothing that is wrong with the file.
    if (meansOutage(cause) && !isWrongFile(cause)) throw unavailable(path, why, cause);
    const remedy = 'check that the folder may be written, has room, and that the file is an event log';
    throw new BatonError('InvalidInput', `event log ${path} cannot be opened: ${why}; ${remedy}`, { cause });
  }
}
