import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BatonError } from '../contracts/baton-error.ts';
import { SIDE_TABLES } from './sqlite-side-tables.ts';

/** Version of the tables below; kept in the file, so that older code does not write into newer tables. */
const SCHEMA_VERSION = 2;

const TABLES = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS users (user_id TEXT PRIMARY KEY, head INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
  user_id TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, run_id TEXT NOT NULL,
  workflow_id TEXT NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL,
  PRIMARY KEY (user_id, seq)
) STRICT;
CREATE INDEX IF NOT EXISTS events_of_run ON events (user_id, run_id, seq);
CREATE TABLE IF NOT EXISTS agents (
  workflow_id TEXT NOT NULL, agent_run TEXT NOT NULL, generation INTEGER NOT NULL,
  scheduled INTEGER NOT NULL, attempt INTEGER NOT NULL, final INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, agent_run)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
  workflow_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, run_id TEXT NOT NULL, generation INTEGER NOT NULL,
  started_at TEXT NOT NULL, ended_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS open_runs ON runs (started_at) WHERE ended_at IS NULL;
`;

type Options = { path: string; fsync: 'normal' | 'full'; busyTimeoutMs: number };

function prepare(db: DatabaseSync, { path, fsync, busyTimeoutMs }: Options) {
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(`PRAGMA synchronous = ${fsync === 'full' ? 'FULL' : 'NORMAL'}`);
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > SCHEMA_VERSION) {
    throw new BatonError(
      'InvalidInput',
      `event log ${path} was written by a newer Baton (version ${version}); update this one`,
    );
  }
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(TABLES);
    db.exec(SIDE_TABLES);
    db.prepare('INSERT OR IGNORE INTO meta VALUES (?, ?)').run('epoch', randomUUID());
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Opens the log's file, creating it for this user only.
 *
 * @throws BatonError naming the path when the folder cannot be written or the file is no event log of this version
 */
export function openLogFile(options: Options): DatabaseSync {
  const { path } = options;
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    db = new DatabaseSync(path);
    prepare(db, options);
    chmodSync(path, 0o600);
    return db;
  } catch (cause) {
    db?.close();
    if (cause instanceof BatonError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'check that the folder may be written, has room, and that the file is an event log';
    throw new BatonError('InvalidInput', `event log ${path} cannot be opened: ${why}; ${remedy}`, { cause });
  }
}
