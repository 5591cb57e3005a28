import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { SqliteFile } from './sqlite-file.ts';

/** Which start of the machine this is; empty where the system does not tell. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * The epoch of a log: a new one where it may have lost its last events, whose numbers are given anew then. A copy that
 * was put in its place is another file, and a loss of power is another start of the machine.
 */
export async function openEpoch({ db, path, transaction }: SqliteFile): Promise<string> {
  const place = `${statSync(path).ino} ${bootId()}`;
  const find = db.prepare('SELECT value FROM meta WHERE key = ?');
  const save = db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  const valueOf = (key: string) => (find.get(key) as { value: string } | undefined)?.value;
  const epochOfPlace = () => (valueOf('place') === place ? valueOf('epoch') : undefined);
  // Without writing, if possible: who only reads must not wait for who writes.
  return (
    epochOfPlace() ??
    transaction(() => {
      const known = epochOfPlace();
      if (known !== undefined) return known;
      const moved = valueOf('place') !== undefined;
      const epoch = (moved ? undefined : valueOf('epoch')) ?? randomUUID();
      save.run('place', place);
      save.run('epoch', epoch);
      return epoch;
    })
  );
}
