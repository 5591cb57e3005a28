import type { AcceptedRun, RunClaim, RunIds } from './run-ids.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** Run ids in a table of an opened event log file. */
export function createSqliteRunIds({ db, transaction }: SqliteFile): RunIds {
  const columns = 'user_id AS userId, run_id AS runId, workflow, request_sha256 AS requestSha256, ends_by AS endsBy';
  const select = db.prepare(`SELECT ${columns} FROM run_ids WHERE user_id = ? AND run_id = ?`);
  const save = db.prepare('INSERT INTO run_ids VALUES (?, ?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM run_ids WHERE ends_by < ?');
  const saveAccepted = db.prepare('INSERT OR IGNORE INTO accepted_runs VALUES (?, ?, ?, ?, ?)');
  const forgetHeard = db.prepare(
    'DELETE FROM accepted_runs WHERE EXISTS (SELECT 1 FROM runs WHERE runs.workflow_id = accepted_runs.workflow_id)',
  );
  const forgetAccepted = db.prepare('DELETE FROM accepted_runs WHERE accepted_at < ?');
  const selectAccepted = db.prepare(
    `SELECT user_id AS userId, run_id AS runId, workflow_id AS workflowId, thread_id AS threadId, accepted_at AS acceptedAt
       FROM accepted_runs ORDER BY random() LIMIT ?`,
  );

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
    async accept({ workflowId, userId, runId, threadId, acceptedAt }) {
      await transaction(() => void saveAccepted.run(workflowId, userId, runId, threadId, acceptedAt));
    },
    async unheard({ limit }) {
      return transaction(() => {
        forgetHeard.run();
        return selectAccepted.all(limit).map((row) => ({ ...row }) as AcceptedRun);
      });
    },
    async prune({ olderThan }) {
      return transaction(() => {
        forgetAccepted.run(olderThan.toISOString());
        return Number(forget.run(olderThan.toISOString()).changes);
      });
    },
  };
}
