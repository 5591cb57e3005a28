import type { SqliteFile } from './sqlite-file.ts';

/** Forgets what is older, one transaction per user, so that writers do not wait for the whole of it. */
export function createPrune({ db, transaction }: SqliteFile) {
  const users = db.prepare('SELECT user_id FROM users');
  const firstKept = db.prepare(
    `SELECT seq FROM events WHERE user_id = ? AND (at >= ? OR workflow_id IN
       (SELECT workflow_id FROM runs WHERE ended_at IS NULL)) ORDER BY seq LIMIT 1`,
  );
  const forget = db.prepare('DELETE FROM events WHERE user_id = ? AND seq < ?');
  const forgetAgents = db.prepare(
    'DELETE FROM agents WHERE workflow_id IN (SELECT workflow_id FROM runs WHERE ended_at < ?)',
  );
  const forgetEnds = db.prepare(
    `DELETE FROM run_ends WHERE ended_at < ? AND NOT EXISTS
       (SELECT 1 FROM events WHERE events.user_id = run_ends.user_id AND events.run_id = run_ends.run_id)`,
  );
  const forgetRuns = db.prepare('DELETE FROM runs WHERE ended_at < ?');

  return async function prune({ olderThan }: { olderThan: Date }): Promise<number> {
    const at = olderThan.toISOString();
    let forgotten = 0;
    for (const { user_id } of users.all() as { user_id: string }[]) {
      await transaction(() => {
        const first = firstKept.get(user_id, at) as { seq: number } | undefined;
        forgotten += Number(forget.run(user_id, first?.seq ?? Number.MAX_SAFE_INTEGER).changes);
      });
    }
    // What fenced late events of these runs; such an event would be older than what is kept.
    await transaction(() => {
      forgetAgents.run(at);
      forgetRuns.run(at);
      forgetEnds.run(at);
    });
    return forgotten;
  };
}
