import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { pino, type Logger } from 'pino';
import { REDACTED_LINES } from '../contracts/redact.ts';

const STDOUT = 1;

/** What waits for a slow reader of stdout at most, in bytes; lines past it are lost and counted. */
const MAX_WAITING = 1024 ** 2;

/** Whether somebody reads stdout from the other end: what waits for them is then kept in memory, never waited for. */
function hasReader(): boolean {
  if (isatty(STDOUT)) return true;
  const stats = fstatSync(STDOUT);
  return stats.isFIFO() || stats.isSocket();
}

function writeLine(line: string, viaStream: boolean) {
  // The stream of a file is over for good at its first error; a disk has room again later.
  if (!viaStream) return void writeSync(STDOUT, line);
  if (process.stdout.writableLength > MAX_WAITING) throw new Error('its reader is too slow');
  process.stdout.write(line);
}

/**
 * Logs as JSON lines on stdout, for roles whose supervisor keeps logs. Neither a reader that is gone or does not read,
 * nor a full disk, holds the role up: lines are lost then, and counted.
 */
export function outputLogger(): Logger {
  const viaStream = hasReader();
  let lost = 0;

  function write(line: string) {
    try {
      const msg = `${lost} lines could not be written`;
      if (lost > 0) writeLine(`${JSON.stringify({ level: 40, time: Date.now(), msg })}\n`, viaStream);
      lost = 0;
      writeLine(line, viaStream);
    } catch {
      lost += 1;
    }
  }
  return pino(REDACTED_LINES, { write });
}
