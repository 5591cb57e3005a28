import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatonEvent, NewEvent } from '../contracts/event.ts';
import { isRunEnd } from '../contracts/is-run-end.ts';
import { createSeal, type Seal } from '../payload/seal.ts';
import {
  endingOf,
  type EventLog,
  type FeedFilter,
  type OpenRun,
  type RunEnding,
  type RunStanding,
} from './event-log.ts';
import { followLog } from './follow-log.ts';
import { createGroupCommit } from './group-commit.ts';
import { unpackOutcome } from './pack-outcome.ts';
import { createAppend } from './sqlite-append.ts';
import { openEpoch } from './sqlite-epoch.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { createPrune } from './sqlite-prune.ts';
import { createWakeup } from './sqlite-wakeup.ts';

/** Events of a page after which others have a turn. */
const LONG_PAGE = 100;

type Options = {
  /** How often followers look for other processes' events, in milliseconds. @default 25 */
  pollMs?: number;
  /** Seals outcomes. @default nothing is sealed */
  seal?: Seal;
};

/** The event log in a SQLite file, which several processes of one machine may append to and follow at once. */
export async function createSqliteLog(
  file: SqliteFile,
  { pollMs = 25, seal = createSeal([]) }: Options = {},
): Promise<EventLog> {
  const { db, transaction, verify } = file;
  const epoch = await openEpoch(file);
  const appendEvent = createAppend(db);
  const wakeup = createWakeup(file, { pollMs });
  const group = createGroupCommit(async (prepared) => {
    const appended = await transaction(() => prepared.map(appendEvent));
    wakeup.changed(new Set(prepared.map(({ event }) => event.user_id)));
    return appended;
  }, seal);
  let open = true;

  const readAll = db.prepare('SELECT seq, json FROM events WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?');
  const readRun = db.prepare(
    'SELECT seq, json FROM events WHERE user_id = ? AND run_id = ? AND seq > ? ORDER BY seq LIMIT ?',
  );
  const headOf = db.prepare('SELECT head FROM users WHERE user_id = ?');
  const earliestOf = db.prepare('SELECT min(seq) AS seq FROM events WHERE user_id = ?');

  const mark = db.prepare("INSERT OR REPLACE INTO meta VALUES ('probe', ?)");
  const endOf = db.prepare(
    'SELECT status, ended_at AS endedAt, generation FROM run_ends WHERE workflow_id = ? AND user_id = ?',
  );
  const runOf = db.prepare('SELECT run_id, ended_at FROM runs WHERE workflow_id = ? AND user_id = ?');
  const eventsAt = db.prepare(
    'SELECT json FROM events WHERE user_id = ? AND run_id = ? AND at = ? AND workflow_id = ?',
  );
  const outcomeOf = db.prepare('SELECT outcome FROM run_ends WHERE workflow_id = ? AND user_id = ?');

  function standingOf(workflowId: string, userId: string): [string, RunStanding][] {
    const end = endOf.get(workflowId, userId);
    if (end) return [[workflowId, { ending: { ...end } as RunEnding }]];
    const run = runOf.get(workflowId, userId) as { run_id: string; ended_at: string | null } | undefined;
    if (!run) return [];
    if (run.ended_at === null) return [[workflowId, { ending: null }]];
    // Older code kept of an end only when it was.
    const rows = eventsAt.all(userId, run.run_id, run.ended_at, workflowId) as { json: string }[];
    const last = rows.map(({ json }) => JSON.parse(json) as NewEvent).findLast(isRunEnd);
    return last ? [[workflowId, { ending: endingOf(last) }]] : [];
  }

  async function read({ userId, after, runId, limit }: FeedFilter & { after: number; limit: number }) {
    verify();
    const rows = runId === undefined ? readAll.all(userId, after, limit) : readRun.all(userId, runId, after, limit);
    // SQLite answers at once: whoever reads page after page would let nobody else have a turn.
    if (rows.length >= LONG_PAGE) await nextTurn();
    return (rows as { seq: number; json: string }[]).map(
      ({ seq, json }) => ({ ...(JSON.parse(json) as NewEvent), seq, epoch }) as BatonEvent,
    );
  }

  async function head({ userId }: { userId: string }) {
    const found = headOf.get(userId) as { head: number } | undefined;
    const { seq } = earliestOf.get(userId) as { seq: number | null };
    const last = found?.head ?? 0;
    return { epoch, head: last, earliest: seq ?? last + 1 };
  }

  async function close() {
    if (!open) return;
    open = false;
    await group.drain();
    wakeup.close();
  }

  const source = { read, head, onChange: wakeup.onChange, isOpen: () => open, currentEpoch: () => epoch };
  return {
    append: group.append,
    async publish(event) {
      await group.append([event]);
    },
    read,
    head,
    follow: (where) => followLog(source, where),
    end: async (events, outcome) => void (await group.append(events, { outcome })),
    async standings({ userId, workflowIds }) {
      verify();
      return new Map(workflowIds.flatMap((workflowId) => standingOf(workflowId, userId)));
    },
    async outcome({ userId, workflowId }) {
      verify();
      const found = outcomeOf.get(workflowId, userId) as { outcome: Uint8Array | null } | undefined;
      return found?.outcome ? unpackOutcome(found.outcome, seal) : undefined;
    },
    async openRuns() {
      const rows = db
        .prepare(
          `SELECT user_id AS userId, run_id AS runId, workflow_id AS workflowId, started_at AS startedAt
           FROM runs WHERE ended_at IS NULL ORDER BY started_at`,
        )
        .all();
      return rows.map((row) => ({ ...row }) as OpenRun);
    },
    async users() {
      const rows = db.prepare('SELECT user_id FROM users ORDER BY user_id').all() as { user_id: string }[];
      return rows.map(({ user_id }) => user_id);
    },
    prune: createPrune(file),
    probe: () => transaction(() => void mark.run(String(Date.now()))),
    close,
  };
}
