import { compareExec, type ExecOrder } from '../contracts/exec-order.ts';
import type { BeginResult, EffectCall, EffectEntry, EffectKey, EffectLedger, EffectState } from './effect-ledger.ts';
import type { SqliteFile } from './sqlite-file.ts';

type Row = ExecOrder & {
  workflow_id: string;
  agent_run: string;
  tool: string;
  input_hash: string;
  occurrence: number;
  agent: string;
  call_id: string;
  state: EffectState;
  round: number;
  input: string;
  receipt: string | null;
  deadline_at: number;
};

const KEY = 'workflow_id = ? AND agent_run = ? AND tool = ? AND input_hash = ? AND occurrence = ?';

function keyOf({ workflowId, agentRun, tool, inputHash, occurrence }: EffectKey) {
  return [workflowId, agentRun, tool, inputHash, occurrence] as const;
}

function entryOf(row: Row): EffectEntry {
  const { workflow_id, agent_run, tool, input_hash, occurrence, agent, call_id, state, round, input, receipt } = row;
  const remainingMs = state === 'unknown' ? Math.max(0, row.deadline_at - Date.now()) : 0;
  const key = { workflowId: workflow_id, agentRun: agent_run, tool, inputHash: input_hash, occurrence };
  return { ...key, agent, callId: call_id, state, round, input, receipt, remainingMs };
}

/** The effect ledger in the tables of an opened event log file. */
export function createSqliteEffects({ db, transaction }: SqliteFile): EffectLedger {
  const find = db.prepare(`SELECT * FROM effects WHERE ${KEY}`);
  const fenceOf = db.prepare(
    'SELECT generation, scheduled, attempt FROM effect_fences WHERE workflow_id = ? AND agent_run = ?',
  );
  const raise = db.prepare('INSERT OR REPLACE INTO effect_fences VALUES (?, ?, ?, ?, ?, ?)');
  const next = db.prepare('SELECT coalesce(max(n), 0) + 1 AS n FROM effects WHERE workflow_id = ?');
  const save = db.prepare(
    "INSERT OR REPLACE INTO effects VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'unknown', ?, ?, NULL, ?, ?, ?, ?, ?)",
  );
  const settle = db.prepare(
    `UPDATE effects SET state = ?, receipt = ?, updated_at = ? WHERE ${KEY} AND state = 'unknown'`,
  );
  const undo = db.prepare(
    `UPDATE effects SET state = 'compensated', receipt = NULL, updated_at = ? WHERE ${KEY} AND round = ? AND state = 'done'`,
  );
  const listRun = db.prepare('SELECT * FROM effects WHERE workflow_id = ? ORDER BY n');
  const listAgent = db.prepare('SELECT * FROM effects WHERE workflow_id = ? AND agent_run = ? ORDER BY n');
  const pruneEffects = db.prepare('DELETE FROM effects WHERE updated_at < ?');
  const pruneFences = db.prepare('DELETE FROM effect_fences WHERE updated_at < ?');

  /** Whether this attempt is the newest one known; if so, it is from now on. */
  function pass(workflowId: string, agentRun: string, order: ExecOrder): boolean {
    const fence = fenceOf.get(workflowId, agentRun) as ExecOrder | undefined;
    const newer = fence ? compareExec(order, fence) : 1;
    if (newer > 0) raise.run(workflowId, agentRun, order.generation, order.scheduled, order.attempt, Date.now());
    return newer >= 0;
  }

  function write(call: EffectCall, order: ExecOrder, before: Row | undefined): BeginResult {
    const now = Date.now();
    const { workflowId, agent, callId, input, limitMs } = call;
    const round = (before?.round ?? 0) + (before?.state === 'compensated' ? 1 : 0);
    const { n } = next.get(workflowId) as { n: number };
    const { generation, scheduled, attempt } = order;
    save.run(...keyOf(call), n, agent, callId, round, input, generation, scheduled, attempt, now + limitMs, now);
    return { status: 'call', entry: entryOf(find.get(...keyOf(call)) as Row) };
  }

  return {
    async fence({ workflowId, agentRun, order }) {
      await transaction(() => pass(workflowId, agentRun, order));
    },
    async begin({ call, order }) {
      return transaction(() => {
        const before = find.get(...keyOf(call)) as Row | undefined;
        if (!pass(call.workflowId, call.agentRun, order)) {
          const entry = before ? entryOf(before) : { ...call, state: 'planned' as const, round: 0 };
          return { status: 'fenced', entry: { receipt: null, remainingMs: 0, ...entry } };
        }
        if (before?.state === 'done') return { status: 'done', entry: entryOf(before) };
        if (before?.state === 'unknown' && !call.repeatable) return { status: 'unknown', entry: entryOf(before) };
        return write(call, order, before);
      });
    },
    async settle({ key, order, outcome }) {
      return transaction(() => {
        const before = find.get(...keyOf(key)) as Row | undefined;
        if (before?.state !== 'unknown' || compareExec(order, before) < 0) return false;
        const [state, receipt] =
          outcome === 'not_done' ? (['planned', null] as const) : (['done', outcome.done] as const);
        return settle.run(state, receipt, Date.now(), ...keyOf(key)).changes > 0;
      });
    },
    async compensated({ key, round }) {
      await transaction(() => undo.run(Date.now(), ...keyOf(key), round));
    },
    async list({ workflowId, agentRun }) {
      const rows = agentRun === undefined ? listRun.all(workflowId) : listAgent.all(workflowId, agentRun);
      return (rows as Row[]).map(entryOf);
    },
    async prune({ olderThan }) {
      return transaction(() => {
        pruneFences.run(olderThan.getTime());
        return Number(pruneEffects.run(olderThan.getTime()).changes);
      });
    },
  };
}
