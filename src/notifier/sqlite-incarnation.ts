import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import type { SqliteFile } from './sqlite-file.ts';

/** Digits of the counter: the file is written over in place, so that no write ever needs room on the disk. */
const DIGITS = 16;

type Seen = { incarnation: string; writes: number };

function seenIn(file: string): Seen | undefined {
  try {
    const [, incarnation, writes] = /^(\S+) (\d+)\n$/.exec(readFileSync(file, 'utf8')) ?? [];
    return incarnation === undefined ? undefined : { incarnation, writes: Number(writes) };
  } catch {
    return undefined;
  }
}

/**
 * The incarnation of the ledger in a SQLite file: a new one where rows may be lost, because the file is another one or
 * an older state of itself. That is known from a small file beside it, `…-ledger`, which has the number of the ledger's
 * writes so far: a copy that is put back has fewer, also under the same name and inode. A restart of the machine alone
 * loses nothing and changes nothing.
 */
export async function openIncarnation({ db, path, transaction }: SqliteFile) {
  const file = `${path}-ledger`;
  const find = db.prepare('SELECT value FROM meta WHERE key = ?');
  const save = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  const valueOf = (key: string) => (find.get(key) as { value: string } | undefined)?.value;
  const writesOf = () => Number(valueOf('ledger_writes') ?? 0);

  const line = (incarnation: string) => `${incarnation} ${String(writesOf()).padStart(DIGITS, '0')}\n`;

  function kept() {
    // Read before the tables: a write in between makes those newer, never older.
    const seen = seenIn(file);
    const incarnation = valueOf('incarnation');
    const isSame = valueOf('ledger_inode') === String(statSync(path).ino) && seen?.incarnation === incarnation;
    if (!isSame || !seen || seen.writes > writesOf()) return undefined;
    return { incarnation: seen.incarnation, fd: openSync(file, 'r+') };
  }

  function renewed() {
    const incarnation = randomUUID();
    save.run('incarnation', incarnation);
    save.run('ledger_inode', String(statSync(path).ino));
    // Before the commit: another process that finds the incarnation must find this file as well.
    const fd = openSync(file, 'w', 0o600);
    writeSync(fd, line(incarnation), 0);
    fsyncSync(fd);
    return { incarnation, fd };
  }

  // Without writing, if possible: who only reads must not wait for who writes.
  const { incarnation, fd } = kept() ?? (await transaction(() => kept() ?? renewed()));
  let isOpen = true;

  return {
    incarnation,
    /** To be called in each transaction that writes to the ledger. */
    count: () => save.run('ledger_writes', String(writesOf() + 1)),
    /** To be called once it is committed: a number ahead of the file would look like a loss. */
    counted() {
      if (!isOpen) return;
      try {
        writeSync(fd, line(incarnation), 0);
      } catch {
        // A number that stays behind hides the loss of as many writes, no more.
      }
    },
    close() {
      if (isOpen) closeSync(fd);
      isOpen = false;
    },
  };
}

export type SqliteIncarnation = Awaited<ReturnType<typeof openIncarnation>>;
