import { EventEmitter } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';

/** One emitter per file: an append wakes the followers of this process at once, whichever handle it went through. */
const emitters = new Map<string, EventEmitter>();

/** Event that wakes everybody; a user's id cannot be a symbol. */
const EVERYBODY = Symbol('everybody');

function emitterOf(path: string): EventEmitter {
  const existing = emitters.get(path);
  if (existing) return existing;
  const created = new EventEmitter().setMaxListeners(0);
  emitters.set(path, created);
  return created;
}

/**
 * Tells followers that their user has new events. SQLite cannot notify other processes; `data_version` costs
 * microseconds to ask, and is asked only while somebody follows.
 */
export function createWakeup(db: DatabaseSync, { path, pollMs }: { path: string; pollMs: number }) {
  const emitter = emitterOf(path);
  const version = db.prepare('PRAGMA data_version');
  const newest = db.prepare('SELECT max(rowid) AS row FROM events');
  const usersSince = db.prepare('SELECT DISTINCT user_id FROM events WHERE rowid > ?');
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let seenVersion = -1;
  let seenRow = -1;

  function changed(users: Iterable<string>) {
    for (const user of users) emitter.emit(user);
  }

  function poll() {
    const { data_version: now } = version.get() as { data_version: number };
    if (now === seenVersion) return;
    seenVersion = now;
    const row = (newest.get() as { row: number | null }).row ?? 0;
    // Row numbers start again in a log that was pruned to nothing.
    if (seenRow < 0 || row < seenRow) emitter.emit(EVERYBODY);
    else changed((usersSince.all(seenRow) as { user_id: string }[]).map(({ user_id }) => user_id));
    seenRow = row;
  }

  function onChange(userId: string, listener: () => void): () => void {
    emitter.on(userId, listener);
    emitter.on(EVERYBODY, listener);
    waiting += 1;
    timer ??= setInterval(poll, pollMs);
    return () => {
      emitter.off(userId, listener);
      emitter.off(EVERYBODY, listener);
      waiting -= 1;
      if (waiting > 0) return;
      clearInterval(timer);
      timer = undefined;
      seenVersion = seenRow = -1;
    };
  }

  function close() {
    clearInterval(timer);
    emitter.emit(EVERYBODY);
  }

  return { changed, onChange, close };
}
