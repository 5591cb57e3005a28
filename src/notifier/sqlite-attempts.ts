import type { Attempt, AttemptCounts, Attempts } from './attempts.ts';
import { isLost, LEAVING, ownMark, STALLED } from './process-mark.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** An attempt that was not closed: whose it is, and when a later one was first opened, in milliseconds since 1970. */
type Open = { exec: string; mark: string; since?: number };

type Row = AttemptCounts & { activity: string; attempt: number; open: string };

const NONE: AttemptCounts = { failures: 0, waits: 0, interruptions: 0 };

/** Attempts in a table of an opened event log file. */
export function createSqliteAttempts({ db, transaction }: SqliteFile): Attempts {
  const find = db.prepare(
    'SELECT activity, attempt, failures, waits, interruptions, open FROM attempts WHERE workflow_id = ? AND agent_run = ?',
  );
  const save = db.prepare('INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const forget = db.prepare('DELETE FROM attempts WHERE workflow_id = ? AND agent_run = ? AND activity = ?');

  function rowOf({ workflowId, agentRun, activity }: Attempt): Row | undefined {
    const row = find.get(workflowId, agentRun) as Row | undefined;
    return row?.activity === activity ? row : undefined;
  }

  function write({ workflowId, agentRun, activity }: Attempt, attempt: number, counts: AttemptCounts, open: Open[]) {
    const { failures, waits, interruptions } = counts;
    const kept = JSON.stringify(open);
    save.run(workflowId, agentRun, activity, attempt, failures, waits, interruptions, kept, Date.now());
  }

  /** Changes an attempt that is open; nothing happens where it is not. */
  async function change(which: Attempt, how: (open: Open[], row: Row) => void) {
    await transaction(() => {
      const row = rowOf(which);
      const open = JSON.parse(row?.open ?? '[]') as Open[];
      if (row && open.some(({ exec }) => exec === which.exec)) how(open, row);
    });
  }

  function mark(which: Attempt, text: string) {
    return change(which, (open, row) => {
      const marked = open.map((each) => (each.exec === which.exec ? { ...each, mark: text } : each));
      write(which, row.attempt, row, marked);
    });
  }

  return {
    open: ({ attempt, ...which }) =>
      transaction(() => {
        const found = rowOf(which);
        const now = Date.now();
        const row = found && found.attempt < attempt ? found : undefined;
        const before = JSON.parse(row?.open ?? '[]') as Open[];
        const unheard = before.filter(({ since }) => since === undefined).length;
        const seen = before.map((each) => ({ ...each, since: each.since ?? now }));
        const { failures, waits, interruptions } = row ?? NONE;
        const counts = { failures, waits, interruptions };
        write(which, attempt, counts, [...seen, { exec: which.exec, mark: ownMark() }]);
        return { counts, lost: seen.filter((each) => isLost(each.mark, now - each.since)).length, unheard };
      }),
    count: ({ workflowId, temporalRun, agentRuns }) =>
      transaction(() => {
        const counts = agentRuns.map((agentRun) => {
          const row = find.get(workflowId, agentRun) as Row | undefined;
          return [agentRun, row?.activity.startsWith(`${temporalRun}/`) ? row.attempt - row.waits : 0] as const;
        });
        return Object.fromEntries(counts);
      }),
    leave: (which) => mark(which, LEAVING),
    stalled: (which) => mark(which, STALLED),
    async close({ as, last, ...which }) {
      if (last) return transaction(() => void forget.run(which.workflowId, which.agentRun, which.activity));
      await change(which, (open, row) => {
        const counts = as === 'none' ? row : { ...row, [as]: row[as] + 1 };
        const others = open.filter(({ exec }) => exec !== which.exec);
        write(which, row.attempt, counts, others);
      });
    },
  };
}
