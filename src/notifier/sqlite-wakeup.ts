import { EventEmitter } from 'node:events';
import { openBell } from './sqlite-bell.ts';
import type { SqliteFile } from './sqlite-file.ts';

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
 * Tells followers that their user has new events. Of other processes' events a bell tells, whose ringing may be lost;
 * therefore `data_version`, which costs microseconds, is asked regularly too. Both only while somebody follows.
 */
export function createWakeup({ db, path, verify }: SqliteFile, { pollMs }: { pollMs: number }) {
  const emitter = emitterOf(path);
  const version = db.prepare('PRAGMA data_version');
  const newest = db.prepare('SELECT max(rowid) AS row FROM events');
  const usersSince = db.prepare('SELECT DISTINCT user_id FROM events WHERE rowid > ?');
  const bell = openBell(path);
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;
  let seenVersion = -1;
  let seenRow = -1;

  function wake(users: Iterable<string>) {
    for (const user of users) emitter.emit(user);
  }

  function poll() {
    try {
      verify();
      look();
    } catch {
      // Whoever follows reads for itself then, and hears what is wrong with the file.
      emitter.emit(EVERYBODY);
    }
  }

  function look() {
    const { data_version: now } = version.get() as { data_version: number };
    if (now === seenVersion) return;
    seenVersion = now;
    const row = (newest.get() as { row: number | null }).row ?? 0;
    // Row numbers start again in a log that was pruned to nothing.
    if (seenRow < 0 || row < seenRow) emitter.emit(EVERYBODY);
    else wake((usersSince.all(seenRow) as { user_id: string }[]).map(({ user_id }) => user_id));
    seenRow = row;
  }

  function changed(users: Iterable<string>) {
    wake(users);
    bell.ring();
  }

  function rest() {
    clearInterval(timer);
    stopListening?.();
    timer = stopListening = undefined;
  }

  function onChange(userId: string, listener: () => void): () => void {
    emitter.on(userId, listener);
    emitter.on(EVERYBODY, listener);
    waiting += 1;
    timer ??= setInterval(poll, pollMs);
    stopListening ??= bell.listen(poll);
    return () => {
      emitter.off(userId, listener);
      emitter.off(EVERYBODY, listener);
      waiting -= 1;
      if (waiting > 0) return;
      rest();
      seenVersion = seenRow = -1;
    };
  }

  function close() {
    rest();
    emitter.emit(EVERYBODY);
    bell.close();
  }

  return { changed, onChange, close };
}
