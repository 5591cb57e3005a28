import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { BatonError } from '../contracts/baton-error.ts';
import { LOG_UNAVAILABLE } from '../contracts/unavailable.ts';
import { bellOf } from './sqlite-bell.ts';

/** What every SQLite file begins with, and the bytes of its header. */
const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;

/**
 * A file up to this size is checked whole at every start, which takes about a second per gigabyte and disk; of a larger
 * one everything but the events, which are most of it, and which SQLite checks as it reads them.
 */
const WHOLE_CHECK_BYTES = 256 * 2 ** 20;

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function refused(path: string, why: string): BatonError {
  const remedy = [
    'Nothing was changed. Restore the file from a backup, or recover what is left with "sqlite3 FILE .recover";',
    'or move it and the files beside it away to begin a new log: open runs then ask before they repeat a payment.',
  ].join(' ');
  return new BatonError('InvalidInput', `event log ${path} cannot be opened: ${why}. ${remedy}`);
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, HEADER_BYTES, 0);
    return header;
  } finally {
    closeSync(file);
  }
}

/** Whether the file is older than the bell beside it, which is made once a file has its tables. */
function hadTables(path: string): boolean {
  const [file, bell] = [path, bellOf(path)].map((one) => statSync(one, { throwIfNoEntry: false }));
  return file !== undefined && bell !== undefined && file.birthtimeMs <= bell.birthtimeMs;
}

/**
 * Looks at a file before SQLite does, which would take one that was cut off for a new one, or write to it.
 *
 * @throws BatonError `InvalidInput` when the file was cut short; an error when it is not a database
 */
export function checkHeader(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return;
  const { size } = stats;
  if (size === 0) {
    if (hadTables(path)) throw refused(path, 'the file is empty, though it was in use before');
    return;
  }
  const header = headerOf(path);
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('file is not a database');
  const stored = header.readUInt16BE(16);
  const pageSize = stored === 1 ? 65_536 : stored;
  // What is in the log of writes beside it may be missing here: SQLite itself puts it in.
  const pages = sizeOf(`${path}-wal`) > 0 ? 1 : header.readUInt32BE(28);
  const whole = pages * pageSize;
  if (size < whole) throw refused(path, `the file was cut short: it has ${size} bytes of at least ${whole}`);
}

/**
 * Looks at an opened file before anything is written to it.
 *
 * @throws BatonError `InvalidInput` when it belongs to another program, lost its tables, or fails SQLite's check
 */
export function checkContents(db: DatabaseSync, path: string): void {
  const tables = (db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[]).map(
    ({ name }) => name,
  );
  if (tables.length === 0) {
    if (!hadTables(path)) return;
    throw refused(path, 'it lost all of its tables; is the file beside it missing that ends in "-wal"?');
  }
  if (!tables.includes('events') || !tables.includes('users') || !tables.includes('meta'))
    throw refused(path, `it is the database of another program (tables ${tables.slice(0, 5).join(', ')})`);
  const checked = sizeOf(path) <= WHOLE_CHECK_BYTES ? [undefined] : tables.filter((name) => name !== 'events');
  for (const table of checked) {
    const pragma = table === undefined ? 'quick_check(1)' : `quick_check("${table.replaceAll('"', '""')}")`;
    const { quick_check: found } = db.prepare(`PRAGMA ${pragma}`).get() as { quick_check: string };
    if (found !== 'ok') throw refused(path, `it is damaged: ${found.replaceAll('\n', ' ').slice(0, 200)}`);
  }
}

function placeOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && `${stats.dev} ${stats.ino}`;
}

/**
 * Watches that an open file stays the one at its path. SQLite does not: it would write into a file that nobody can open
 * any more, and say that all is well.
 */
export function watchPlace(path: string) {
  const wal = `${path}-wal`;
  const place = placeOf(path);
  const walPlace = placeOf(wal);
  const { promise: lost, resolve } = Promise.withResolvers<BatonError>();
  let size = sizeOf(path);
  let reason: string | undefined;

  function look(): string | undefined {
    const now = placeOf(path);
    if (now !== place) return now === undefined ? 'the file was removed' : 'the file was replaced by another one';
    if (placeOf(wal) !== walPlace) return 'the file beside it that ends in "-wal" was removed or replaced';
    // Nothing of ours makes the file smaller.
    const bytes = sizeOf(path);
    if (bytes < size) return `the file was cut short, from ${size} to ${bytes} bytes`;
    size = bytes;
    return undefined;
  }

  /**
   * Costs some microseconds.
   *
   * @throws BatonError `NetworkError`, code `log_unavailable`, now and ever after, once the file is another
   */
  function verify(): void {
    reason ??= look();
    if (reason === undefined) return;
    const remedy = 'start this process again, with the right file in its place';
    const error = new BatonError('NetworkError', `event log ${path}: ${reason} while it was open; ${remedy}`, {
      code: LOG_UNAVAILABLE,
    });
    resolve(error);
    throw error;
  }

  return { verify, lost };
}
