import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLogFile } from '../../src/notifier/log-schema.ts';
import { createSqliteEffects } from '../../src/notifier/sqlite-effects.ts';
import { createSqliteLeases } from '../../src/notifier/sqlite-leases.ts';

/** A new, empty effect ledger and leases in a file of their own. */
export async function openTestStores() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-stores-'));
  const db = openLogFile({ path: join(folder, 'events.sqlite'), fsync: 'normal', busyTimeoutMs: 5_000 });

  async function remove() {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }

  return { effects: createSqliteEffects(db), leases: createSqliteLeases(db), remove };
}
