import type { DatabaseSync } from 'node:sqlite';
import type { NewEvent } from '../contracts/event.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import { AGENT_END_TYPES } from '../contracts/names.ts';
import { compareExec, execOrder, type ExecOrder } from '../contracts/exec-order.ts';
import type { Appended, AppendStatus } from './event-log.ts';
import type { Prepared } from './group-commit.ts';

type AgentRow = ExecOrder & { final: number };
/** An event, and what the log knows of its run and agent. */
type Known = { event: NewEvent; run?: RunRow; agent?: AgentRow; order?: ExecOrder };
type RunRow = { generation: number; ended_at: string | null };

/** Statements of one append, prepared once; a transaction of them takes well under a millisecond. */
export function createAppend(db: DatabaseSync) {
  const known = db.prepare('SELECT 1 FROM events WHERE id = ?');
  const agentOf = db.prepare(
    'SELECT generation, scheduled, attempt, final FROM agents WHERE workflow_id = ? AND agent_run = ?',
  );
  const runOf = db.prepare('SELECT generation, ended_at FROM runs WHERE workflow_id = ?');
  const nextSeq = db.prepare(
    'INSERT INTO users VALUES (?, 1) ON CONFLICT (user_id) DO UPDATE SET head = head + 1 RETURNING head',
  );
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const saveAgent = db.prepare('INSERT OR REPLACE INTO agents VALUES (?, ?, ?, ?, ?, ?)');
  const openRun = db.prepare(
    `INSERT INTO runs VALUES (?, ?, ?, ?, ?, NULL) ON CONFLICT (workflow_id) DO UPDATE
     SET generation = excluded.generation, ended_at = NULL WHERE excluded.generation > runs.generation`,
  );
  const endRun = db.prepare('UPDATE runs SET ended_at = ? WHERE workflow_id = ?');
  const saveEnd = db.prepare('INSERT OR REPLACE INTO run_ends VALUES (?, ?, ?, ?, ?, ?, ?)');
  const forgetEnd = db.prepare('DELETE FROM run_ends WHERE workflow_id = ? AND generation < ?');

  function refusal({ event, run, agent, order }: Known): AppendStatus | undefined {
    const ended = run !== undefined && run.ended_at !== null && event.generation <= run.generation;
    if (ended && event.type !== 'operator_action') return 'closed';
    if (!agent || event.generation > agent.generation) return undefined;
    if (event.generation < agent.generation || agent.final) return 'fenced';
    // The workflow cannot see whether an agent began; where anything was heard of it, it does not wait for a worker.
    if (event.type === 'agent_queued' && !order) return 'fenced';
    return order && compareExec(order, agent) < 0 ? 'fenced' : undefined;
  }

  /** Writes what this event changes of what is known; mostly nothing, which spares a page of the file each. */
  function remember({ event, run, agent, order }: Known, outcome: Uint8Array | undefined) {
    const { workflow_id, agent_run, generation, user_id, run_id, at } = event;
    if (!run || generation > run.generation) {
      openRun.run(workflow_id, user_id, run_id, generation, at);
      forgetEnd.run(workflow_id, generation);
    }
    if (isRunEnd(event)) {
      endRun.run(at, workflow_id);
      saveEnd.run(workflow_id, user_id, run_id, generation, event.payload.status, at, outcome ?? null);
    }
    if (agent_run === null) return;
    const final = event.final && (AGENT_END_TYPES as readonly string[]).includes(event.type) ? 1 : 0;
    const { scheduled, attempt } = order ?? agent ?? { scheduled: 0, attempt: 0 };
    if (agent && agent.final === final && compareExec({ generation, scheduled, attempt }, agent) === 0) return;
    saveAgent.run(workflow_id, agent_run, generation, scheduled, attempt, final);
  }

  /** Gives the event its place, or says why it has none. Runs inside a transaction. */
  return function append({ event, json, outcome }: Prepared): Appended {
    if (known.get(event.id)) return { status: 'duplicate', seq: null };
    const order = event.agent_run === null ? undefined : execOrder(event);
    const agent =
      event.agent_run === null ? undefined : (agentOf.get(event.workflow_id, event.agent_run) as AgentRow | undefined);
    const run = runOf.get(event.workflow_id) as RunRow | undefined;
    const about = { event, run, agent, order };
    const refused = refusal(about);
    if (refused) return { status: refused, seq: null };
    const { head: seq } = nextSeq.get(event.user_id) as { head: number };
    const { user_id, id, run_id, workflow_id, at } = event;
    insert.run(user_id, seq, id, run_id, workflow_id, at, json);
    remember(about, outcome);
    return { status: 'appended', seq };
  };
}
