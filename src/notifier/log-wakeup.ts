import { EventEmitter } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';

/** One emitter per file: an append wakes the followers of this process at once, whichever handle it went through. */
const emitters = new Map<string, EventEmitter>();

function emitterOf(path: string): EventEmitter {
  const existing = emitters.get(path);
  if (existing) return existing;
  const created = new EventEmitter().setMaxListeners(0);
  emitters.set(path, created);
  return created;
}

/**
 * Tells followers that the file changed. SQLite cannot notify other processes; `data_version` costs microseconds to
 * ask, and is asked only while somebody follows.
 */
export function createWakeup(db: DatabaseSync, { path, pollMs }: { path: string; pollMs: number }) {
  const emitter = emitterOf(path);
  const version = db.prepare('PRAGMA data_version');
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let seen = -1;

  function poll() {
    const { data_version: now } = version.get() as { data_version: number };
    if (now === seen) return;
    seen = now;
    emitter.emit('change');
  }

  /** Calls back at every change until the returned function is called. */
  function onChange(listener: () => void): () => void {
    emitter.on('change', listener);
    waiting += 1;
    timer ??= setInterval(poll, pollMs);
    return () => {
      emitter.off('change', listener);
      waiting -= 1;
      if (waiting > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  function close() {
    clearInterval(timer);
    emitter.emit('change');
  }

  return { changed: () => emitter.emit('change'), onChange, close };
}
