import { closeSync, openSync, watch, writeSync } from 'node:fs';

/** The file beside a SQLite file that is its bell; it is made once the tables are, and stays. */
export const bellOf = (path: string) => `${path}-bell`;

/**
 * Tells the other processes of this machine that a SQLite file has changed, which SQLite cannot: a file beside it that
 * is written to after each commit and watched. Only a hint, which may be lost or come for nothing.
 */
export function openBell(path: string) {
  const file = bellOf(path);
  const fd = openSync(file, 'w', 0o600);

  function ring() {
    try {
      writeSync(fd, '!', 0);
    } catch {
      // What was committed stays so, and who follows looks by itself a little later.
    }
  }

  /** Calls back when it rings, until the returned function is called. */
  function listen(listener: () => void): () => void {
    try {
      const watcher = watch(file, { persistent: false }, listener);
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      // A system without watches, or with all of them taken.
      return () => undefined;
    }
  }

  return { ring, listen, close: () => closeSync(fd) };
}
