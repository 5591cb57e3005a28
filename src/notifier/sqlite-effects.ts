import { compareExec, type ExecOrder } from '../contracts/exec-order.ts';
import type { BeginResult, EffectCall, EffectEntry, EffectKey, EffectLedger, EffectState } from './effect-ledger.ts';
import { createSqliteAttempts } from './sqlite-attempts.ts';
import type { SqliteFile } from './sqlite-file.ts';
import type { SqliteIncarnation } from './sqlite-incarnation.ts';

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
export function createSqliteEffects(file: SqliteFile, ledger: SqliteIncarnation): EffectLedger {
  const { db } = file;
  const { incarnation: current } = ledger;
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
  const countOf = db.prepare('SELECT count(*) AS calls FROM effects WHERE workflow_id = ? AND agent_run = ?');
  const openingOf = db.prepare('SELECT incarnation FROM effect_openings WHERE workflow_id = ? AND agent_run = ?');
  const recordOpening = db.prepare('INSERT OR REPLACE INTO effect_openings VALUES (?, ?, ?, ?)');
  const pruneOpenings = db.prepare('DELETE FROM effect_openings WHERE updated_at < ?');
  const pruneAttempts = db.prepare('DELETE FROM attempts WHERE updated_at < ?');
  const pruneEffects = db.prepare('DELETE FROM effects WHERE updated_at < ?');
  const pruneFences = db.prepare('DELETE FROM effect_fences WHERE updated_at < ?');

  async function transaction<T>(work: () => T, options?: { synced: boolean }): Promise<T> {
    const result = await file.transaction(() => {
      ledger.count();
      return work();
    }, options);
    ledger.counted();
    return result;
  }

  const recordedBy = ({ workflowId, agentRun }: Pick<EffectKey, 'workflowId' | 'agentRun'>) =>
    (openingOf.get(workflowId, agentRun) as { incarnation: string } | undefined)?.incarnation;

  /** Whether this attempt is the newest one known; if so, it is from now on. */
  function pass(workflowId: string, agentRun: string, order: ExecOrder): boolean {
    const fence = fenceOf.get(workflowId, agentRun) as ExecOrder | undefined;
    const newer = fence ? compareExec(order, fence) : 1;
    if (newer > 0) raise.run(workflowId, agentRun, order.generation, order.scheduled, order.attempt, Date.now());
    return newer >= 0;
  }

  function write(call: EffectCall, order: ExecOrder, before: Row | undefined): EffectEntry {
    const now = Date.now();
    const { workflowId, agent, callId, input, limitMs } = call;
    const round = (before?.round ?? 0) + (before?.state === 'compensated' ? 1 : 0);
    const { n } = next.get(workflowId) as { n: number };
    const { generation, scheduled, attempt } = order;
    save.run(...keyOf(call), n, agent, callId, round, input, generation, scheduled, attempt, now + limitMs, now);
    return entryOf(find.get(...keyOf(call)) as Row);
  }

  function planned(call: EffectCall): EffectEntry {
    return { ...call, state: 'planned', round: 0, receipt: null, remainingMs: 0 };
  }

  return {
    async fence({ workflowId, agentRun, order }) {
      await transaction(() => pass(workflowId, agentRun, order));
    },
    incarnation: () => Promise.resolve(current),
    open: ({ workflowId, agentRun, named = current, order, isKnown }) =>
      transaction(
        () => {
          pass(workflowId, agentRun, order);
          const before = recordedBy({ workflowId, agentRun });
          // Where an earlier attempt has left nothing, what it left was lost.
          const recorded = before ?? (isKnown ? 'lost' : named);
          recordOpening.run(workflowId, agentRun, recorded, Date.now());
          return { recorded, current, vouches: recorded === current };
        },
        { synced: true },
      ),
    count: async (which) => {
      if (recordedBy(which) !== current) return undefined;
      return (countOf.get(which.workflowId, which.agentRun) as { calls: number }).calls;
    },
    vouches: async ({ named = current, ...which }) => (recordedBy(which) ?? named) === current,
    async begin({ call, order, opening }): Promise<BeginResult> {
      const { repeatable, workflowId, agentRun } = call;
      return transaction(
        () => {
          const before = find.get(...keyOf(call)) as Row | undefined;
          const entry = before ? entryOf(before) : planned(call);
          if (opening && recordedBy(call) !== opening.recorded) return { status: 'reopen', entry };
          if (!pass(workflowId, agentRun, order)) return { status: 'fenced', entry };
          if (before?.state === 'done') return { status: 'done', entry };
          if (before?.state === 'unknown' && !repeatable) return { status: 'unknown', entry };
          const doubted = !before && !repeatable && opening?.vouches === false;
          if (!doubted) return { status: 'call', entry: write(call, order, before) };
          const limitMs = opening.underWayMs;
          return { status: 'unknown', entry: write({ ...call, limitMs }, order, before) };
        },
        { synced: !repeatable },
      );
    },
    // What a transaction that failed wrote is not there.
    release: () => Promise.resolve(),
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
        for (const prune of [pruneFences, pruneOpenings, pruneAttempts]) prune.run(olderThan.getTime());
        return Number(pruneEffects.run(olderThan.getTime()).changes);
      });
    },
    attempts: createSqliteAttempts(file),
  };
}
