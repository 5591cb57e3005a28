import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';

/** What SQLite has beside a file while it is open: the log of writes, and an index of it that processes share. */
const PARTS = ['-wal', '-shm'] as const;

const recordOf = (path: string) => `${path}-parts`;

/** Which file is at a path: a number of a file that was removed may be given anew, so the time of its birth counts too. */
function markOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  // Not every file system knows when a file was born.
  return stats && stats.birthtimeNs > 0n ? `${stats.dev}.${stats.ino}.${stats.birthtimeNs}` : undefined;
}

function recorded(path: string): readonly (string | undefined)[] {
  try {
    return readFileSync(recordOf(path), 'utf8').trim().split(' ');
  } catch {
    return [];
  }
}

/** Records which parts belong to an open file. What cannot be recorded is not told from another file's. */
export function recordParts(path: string): void {
  const marks = [path, ...PARTS.map((part) => path + part)].map(markOf);
  const before = recorded(path);
  if (marks.includes(undefined) || marks.every((mark, n) => mark === before[n])) return;
  try {
    writeFileSync(recordOf(path), `${marks.join(' ')}\n`, { mode: 0o600 });
  } catch {
    // A full disk must not keep a role from starting.
  }
}

function putAside(path: string, mark: string | undefined): void {
  const aside = `${path}-replaced`;
  if (mark === undefined || markOf(path) !== mark) return;
  try {
    renameSync(path, aside);
  } catch {
    // Another process that starts was as quick.
    return;
  }
  // It was quicker, and this is the new file's own.
  if (markOf(aside) !== mark) renameSync(aside, path);
  else chmodSync(aside, 0o600);
}

/**
 * Puts aside what belongs to another file, as `…-wal-replaced` and `…-shm-replaced`. SQLite takes whatever has that name for
 * the file's own and writes it into the file: one that was replaced while roles had it open, or were killed with it, would
 * be mixed with pages of the file before.
 */
export function separateParts(path: string): void {
  const [before, wal, shm] = recorded(path);
  if (before === undefined || markOf(path) === before) return;
  putAside(`${path}-shm`, shm);
  putAside(`${path}-wal`, wal);
}
