import { DatabaseSync } from 'node:sqlite';
import type { LogLine } from './lines.ts';

type Row = { user_id: string; seq: number; run_id: string; json: string };

/** The event log in a SQLite file, by its tables alone. `log` numbers the logs that a campaign had one after the other. */
export function* readSqliteLog(path: string, log: number): Generator<LogLine> {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const epoch = db.prepare("SELECT value FROM meta WHERE key = 'epoch'").get() as { value: string } | undefined;
    yield { what: 'epoch', log, epoch: epoch?.value ?? '' };
    for (const row of db.prepare('SELECT user_id, head FROM users').all()) {
      const { user_id: user, head } = row as { user_id: string; head: number };
      yield { what: 'head', log, user, head };
    }
    const events = db.prepare('SELECT user_id, seq, run_id, json FROM events ORDER BY user_id, seq').iterate();
    for (const row of events) {
      const { user_id: user, seq, run_id, json } = row as Row;
      yield { what: 'event', log, user, seq, run_id, event: JSON.parse(json) };
    }
    for (const row of db.prepare('SELECT pool, holder, expires_at FROM leases').all()) {
      const { pool, holder, expires_at } = row as { pool: string; holder: string; expires_at: number };
      yield { what: 'lease', log, pool, holder, expires_at };
    }
  } finally {
    db.close();
  }
}
