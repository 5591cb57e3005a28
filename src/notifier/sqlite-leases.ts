import type { Leases } from './leases.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** Leases and rate limits in the tables of an opened event log file. */
export function createSqliteLeases({ db, transaction }: SqliteFile): Leases {
  const expire = db.prepare('DELETE FROM leases WHERE pool = ? AND expires_at <= ?');
  const others = db.prepare('SELECT count(*) AS taken FROM leases WHERE pool = ? AND holder <> ?');
  const save = db.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)');
  const prolong = db.prepare(
    'UPDATE leases SET expires_at = ? WHERE pool = ? AND holder = ? AND exec = ? AND expires_at > ?',
  );
  const drop = db.prepare('DELETE FROM leases WHERE pool = ? AND holder = ? AND exec = ?');
  const live = db.prepare('SELECT count(*) AS taken FROM leases WHERE pool = ? AND expires_at > ?');
  const forget = db.prepare('DELETE FROM rate_calls WHERE bucket = ? AND at <= ?');
  const nthNewest = db.prepare('SELECT at FROM rate_calls WHERE bucket = ? ORDER BY at DESC LIMIT 1 OFFSET ?');
  const record = db.prepare('INSERT INTO rate_calls VALUES (?, ?)');

  return {
    async acquire({ holder, exec, pools, ttlMs }) {
      return transaction(() => {
        const now = Date.now();
        for (const { name, limit } of pools) {
          expire.run(name, now);
          const { taken } = others.get(name, holder) as { taken: number };
          if (taken >= limit) return { granted: false, full: name };
        }
        for (const { name } of pools) save.run(name, holder, exec, now + ttlMs);
        return { granted: true, full: null };
      });
    },
    async renew({ holder, exec, pools, ttlMs }) {
      return transaction(() => {
        const now = Date.now();
        const changed = pools.map(({ name }) => prolong.run(now + ttlMs, name, holder, exec, now).changes);
        return changed.every((changes) => Number(changes) === 1);
      });
    },
    async release({ holder, exec, pools }) {
      await transaction(() => pools.forEach(({ name }) => drop.run(name, holder, exec)));
    },
    async taken({ pool }) {
      return (live.get(pool, Date.now()) as { taken: number }).taken;
    },
    async reserve({ bucket, calls, perMs, maxWaitMs }) {
      return transaction(() => {
        const now = Date.now();
        forget.run(bucket, now - perMs);
        const oldest = nthNewest.get(bucket, calls - 1) as { at: number } | undefined;
        const at = Math.max(now, oldest ? oldest.at + perMs : now);
        const waitMs = at - now;
        if (waitMs > maxWaitMs) return { reserved: false, waitMs };
        record.run(bucket, at);
        return { reserved: true, waitMs };
      });
    },
  };
}
