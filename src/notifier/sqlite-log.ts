import { resolve } from 'node:path';
import type { BatonEvent, NewEvent } from '../contracts/event.ts';
import { createAppend, type AppendStatus } from './append-event.ts';
import { openLogFile } from './log-schema.ts';
import { createWakeup } from './log-wakeup.ts';
import type { Notifier } from './notifier.ts';
import { ResyncRequired } from './resync-required.ts';

/** Events read at once by a follower. */
const PAGE = 500;

export type SqliteLogOptions = {
  path: string;
  /** `full` also survives a power loss. @default 'normal' */
  fsync?: 'normal' | 'full';
  /** How long a writer waits for another process, in milliseconds. @default 5000 */
  busyTimeoutMs?: number;
  /** How often followers look for other processes' events, in milliseconds. @default 25 */
  pollMs?: number;
};

type Where = { userId: string; after: number; runId?: string };
type OpenRun = { userId: string; runId: string; workflowId: string; startedAt: string };

export type SqliteLog = Notifier & {
  append(event: NewEvent): { status: AppendStatus; seq: number | null };
  /** At most `limit` events after `after`, in order. */
  read(where: Where & { limit: number }): BatonEvent[];
  head(where: { userId: string }): { epoch: string; head: number; earliest: number };
  /** What `read` would give, then live events, without a gap or a double at the seam; ends when `signal` aborts. */
  follow(where: Where & { signal?: AbortSignal }): AsyncGenerator<BatonEvent>;
  /** Runs that began and have not ended. */
  openRuns(): OpenRun[];
  users(): string[];
  /** Forgets events of ended runs that are older; returns how many. Sequences go on as if nothing was forgotten. */
  prune(options: { olderThan: Date }): number;
  close(): void;
  [Symbol.dispose](): void;
};

/**
 * The event log in one SQLite file, which several processes of one machine may append to and follow at once. Each user
 * has one sequence 1, 2, 3 ... over all runs; a repeated event is dropped, an outdated one refused.
 *
 * @throws BatonError naming the path when the file cannot be opened
 */
export function openSqliteLog(options: SqliteLogOptions): SqliteLog {
  const { fsync = 'normal', busyTimeoutMs = 5_000, pollMs = 25 } = options;
  const path = resolve(options.path);
  const db = openLogFile({ path, fsync, busyTimeoutMs });
  const { value: epoch } = db.prepare("SELECT value FROM meta WHERE key = 'epoch'").get() as { value: string };
  const appendEvent = createAppend(db);
  const wakeup = createWakeup(db, { path, pollMs });
  let open = true;

  const statements = {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    read: db.prepare('SELECT seq, json FROM events WHERE user_id = ? AND seq > ? ORDER BY seq LIMIT ?'),
    readRun: db.prepare(
      'SELECT seq, json FROM events WHERE user_id = ? AND run_id = ? AND seq > ? ORDER BY seq LIMIT ?',
    ),
    head: db.prepare('SELECT head FROM users WHERE user_id = ?'),
    earliest: db.prepare('SELECT min(seq) AS seq FROM events WHERE user_id = ?'),
  };

  function transaction<T>(work: () => T): T {
    statements.begin.run();
    try {
      const result = work();
      statements.commit.run();
      return result;
    } catch (error) {
      statements.rollback.run();
      throw error;
    }
  }

  function append(event: NewEvent) {
    const appended = transaction(() => appendEvent(event));
    if (appended.status === 'appended') wakeup.changed();
    return appended;
  }

  function read({ userId, after, runId, limit }: Where & { limit: number }): BatonEvent[] {
    const rows =
      runId === undefined
        ? statements.read.all(userId, after, limit)
        : statements.readRun.all(userId, runId, after, limit);
    return (rows as { seq: number; json: string }[]).map(
      ({ seq, json }) => ({ ...(JSON.parse(json) as NewEvent), seq, epoch }) as BatonEvent,
    );
  }

  function head({ userId }: { userId: string }) {
    const found = statements.head.get(userId) as { head: number } | undefined;
    const { seq } = statements.earliest.get(userId) as { seq: number | null };
    const last = found?.head ?? 0;
    return { epoch, head: last, earliest: seq ?? last + 1 };
  }

  async function* follow({ signal, ...where }: Where & { signal?: AbortSignal }): AsyncGenerator<BatonEvent> {
    const { head: last, earliest } = head(where);
    if (where.after > last)
      throw new ResyncRequired('cursor_ahead', `cursor ${where.after} is ahead of the log's head ${last}`);
    if (where.after > 0 && where.after < earliest - 1) {
      throw new ResyncRequired(
        'cursor_too_old',
        `cursor ${where.after} is older than the log's first event ${earliest}`,
      );
    }
    let { after } = where;
    let wake = Promise.withResolvers<void>();
    const ring = () => wake.resolve();
    const off = wakeup.onChange(ring);
    signal?.addEventListener('abort', ring);
    try {
      while (open && !signal?.aborted) {
        // Renewed before the read: a change during the read must not be slept over.
        wake = Promise.withResolvers<void>();
        const page = read({ ...where, after, limit: PAGE });
        for (const event of page) {
          if (signal?.aborted) return;
          after = event.seq;
          yield event;
        }
        if (page.length < PAGE && !signal?.aborted) await wake.promise;
      }
    } finally {
      off();
      signal?.removeEventListener('abort', ring);
    }
  }

  function openRuns(): OpenRun[] {
    const rows = db.prepare('SELECT user_id, run_id, workflow_id, started_at FROM runs WHERE ended_at IS NULL').all();
    return (rows as { user_id: string; run_id: string; workflow_id: string; started_at: string }[]).map((row) => ({
      userId: row.user_id,
      runId: row.run_id,
      workflowId: row.workflow_id,
      startedAt: row.started_at,
    }));
  }

  function prune({ olderThan }: { olderThan: Date }): number {
    const ended = 'SELECT workflow_id FROM runs WHERE ended_at < ?';
    const at = olderThan.toISOString();
    return transaction(() => {
      const { changes } = db.prepare(`DELETE FROM events WHERE workflow_id IN (${ended})`).run(at);
      db.prepare(`DELETE FROM agents WHERE workflow_id IN (${ended})`).run(at);
      return Number(changes);
    });
  }

  function close() {
    if (!open) return;
    open = false;
    wakeup.close();
    db.close();
  }

  return {
    append,
    async publish(event) {
      append(event);
    },
    read,
    head,
    follow,
    openRuns,
    users: () =>
      (db.prepare('SELECT user_id FROM users ORDER BY user_id').all() as { user_id: string }[]).map(
        (row) => row.user_id,
      ),
    prune,
    close,
    [Symbol.dispose]: close,
  };
}
