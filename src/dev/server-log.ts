import { closeSync, copyFileSync, existsSync, openSync, readSync, statSync, truncateSync } from 'node:fs';

/** Size at which a server's log becomes the old one, in bytes; the one that was old before is deleted. */
const MAX_BYTES = 10 * 1024 ** 2;

/** How much of the log's end is read for what it says, in bytes. */
const MAX_READ = 1024 ** 2;

/** Lines that are shown of a server that did not start. */
const SHOWN = 5;

/** What says why: a server that panics ends its log with a hundred lines of stack. */
const TELLING = /level=(ERROR|FATAL)|^(Error|panic|fatal error):/;

function sizeOf(path: string): number {
  const stats = existsSync(path) ? statSync(path) : undefined;
  return stats?.isFile() ? stats.size : 0;
}

/** The end of a file from an offset on. */
function endOf(path: string, from: number): string {
  const size = sizeOf(path);
  const at = Math.max(from, size - MAX_READ);
  const bytes = Buffer.alloc(Math.max(0, size - at));
  if (bytes.length === 0) return '';
  const fd = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, at)).toString();
  } finally {
    closeSync(fd);
  }
}

/**
 * Makes a server's log the old one (`.1`) once it is too large. It is copied and emptied, since the server, which may
 * outlive its starter, keeps the file open; what it writes in between is lost.
 */
export function boundServerLog(path: string): void {
  if (sizeOf(path) <= MAX_BYTES) return;
  try {
    copyFileSync(path, `${path}.1`);
  } finally {
    // On a full disk there is no room for the copy, and all the more reason to empty it.
    truncateSync(path);
  }
}

/** What a server wrote to its log from now on. */
export function serverLog(path: string) {
  const from = sizeOf(path);
  const lines = () => endOf(path, from).trim().split('\n');
  return {
    path,
    /** Its errors, else its last lines. */
    telling(): string {
      const all = lines();
      const errors = all.filter((line) => TELLING.test(line));
      return (errors.length > 0 ? errors : all).slice(-SHOWN).join('\n  ');
    },
    /** Whether somebody else had a port that it wanted. */
    lostPort: () => lines().some((line) => /address already in use/.test(line)),
  };
}
