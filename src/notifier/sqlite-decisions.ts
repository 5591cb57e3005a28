import type { Decision, Decisions } from './decisions.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** Decisions in the tables of an opened event log file. */
export function createSqliteDecisions({ db, transaction }: SqliteFile): Decisions {
  const find = db.prepare('SELECT json FROM decisions WHERE workflow_id = ? AND approval_id = ?');
  const save = db.prepare('INSERT INTO decisions VALUES (?, ?, ?, ?, 0)');
  const waiting = db.prepare('SELECT json FROM decisions WHERE delivered = 0 ORDER BY at LIMIT ?');
  const deliver = db.prepare('UPDATE decisions SET delivered = 1 WHERE workflow_id = ? AND approval_id = ?');
  const forget = db.prepare('DELETE FROM decisions WHERE delivered = 1 AND at < ?');

  const parse = (row: unknown) => JSON.parse((row as { json: string }).json) as Decision;

  return {
    async decide(decision) {
      const { workflowId, approvalId, at } = decision;
      return transaction(() => {
        const before = find.get(workflowId, approvalId);
        if (before) return { first: false, decision: parse(before) };
        save.run(workflowId, approvalId, at, JSON.stringify(decision));
        return { first: true, decision };
      });
    },
    async get({ workflowId, approvalId }) {
      const found = find.get(workflowId, approvalId);
      return found ? parse(found) : undefined;
    },
    async undelivered({ limit = 1_000 } = {}) {
      return waiting.all(limit).map(parse);
    },
    async markDelivered({ workflowId, approvalId }) {
      await transaction(() => deliver.run(workflowId, approvalId));
    },
    async prune({ olderThan }) {
      return transaction(() => Number(forget.run(olderThan.toISOString()).changes));
    },
  };
}
