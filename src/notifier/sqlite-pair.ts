import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

const pairOf = (path: string) => `${path}-pair`;

/** Which file is at a path: a number of a file that was removed may be given anew, so the time of its birth counts too. */
function markOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  // Not every file system knows when a file was born.
  return stats && stats.birthtimeNs > 0n ? `${stats.dev}.${stats.ino}.${stats.birthtimeNs}` : undefined;
}

const marksOf = (path: string) => [markOf(path), markOf(`${path}-wal`)] as const;

function recorded(path: string): readonly (string | undefined)[] {
  try {
    return readFileSync(pairOf(path), 'utf8').trim().split(' ');
  } catch {
    return [];
  }
}

/** Records which log of writes belongs to an open file. One that cannot be recorded is not told from another's. */
export function recordPair(path: string): void {
  const [file, wal] = marksOf(path);
  if (file === undefined || wal === undefined) return;
  const [before, walBefore] = recorded(path);
  if (file === before && wal === walBefore) return;
  try {
    writeFileSync(pairOf(path), `${file} ${wal}\n`, { mode: 0o600 });
  } catch {
    // A full disk must not keep a role from starting.
  }
}

/**
 * Puts the log of writes of another file aside, as `…-wal-replaced`. SQLite takes whatever has that name for the file's
 * own and writes it into the file: one that was replaced while roles had it open, or were killed with it, would be mixed
 * with pages of the file before.
 */
export function separatePair(path: string): void {
  const [file, wal] = marksOf(path);
  const [before, walBefore] = recorded(path);
  if (before === undefined || file === undefined || wal === undefined) return;
  if (file === before || wal !== walBefore) return;
  renameSync(`${path}-wal`, `${path}-wal-replaced`);
  chmodSync(`${path}-wal-replaced`, 0o600);
  // Nothing but an index of the former, which is made anew.
  rmSync(`${path}-shm`, { force: true });
}
