import type { RunClaim, RunIds } from './run-ids.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** Run ids in a table of an opened event log file. */
export function createSqliteRunIds({ db, transaction }: SqliteFile): RunIds {
  const columns = 'user_id AS userId, run_id AS runId, workflow, request_sha256 AS requestSha256, ends_by AS endsBy';
  const select = db.prepare(`SELECT ${columns} FROM run_ids WHERE user_id = ? AND run_id = ?`);
  const save = db.prepare('INSERT INTO run_ids VALUES (?, ?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM run_ids WHERE ends_by < ?');

  function get(userId: string, runId: string): RunClaim | undefined {
    const row = select.get(userId, runId);
    return row && ({ ...row } as RunClaim);
  }

  return {
    async claim(claim) {
      const { userId, runId, workflow, requestSha256, endsBy } = claim;
      return transaction(() => {
        const before = get(userId, runId);
        if (before) return { first: false, claim: before };
        save.run(userId, runId, workflow, requestSha256, endsBy);
        return { first: true, claim };
      });
    },
    async find({ userId, runId }) {
      return get(userId, runId);
    },
    async prune({ olderThan }) {
      return transaction(() => Number(forget.run(olderThan.toISOString()).changes));
    },
  };
}
