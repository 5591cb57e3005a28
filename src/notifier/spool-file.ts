import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NewEvent } from '../contracts/event.ts';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function parseLines(text: string): NewEvent[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as NewEvent] : [];
    } catch {
      // The last line of a process that was killed while it wrote.
      return [];
    }
  });
}

/** Files of events that could not be delivered, one for each process, in a folder that they share. */
export function openSpool(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = join(folder, `${process.pid}-${randomUUID()}.jsonl`);
  const sending = `${own}.sending`;
  let bytes = 0;

  function write(events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    appendFileSync(own, text, { mode: 0o600 });
    bytes += Buffer.byteLength(text);
  }

  /** Takes over what a process that is gone has left: the rename lets only one process have it. */
  function adopt(name: string): void {
    const claimed = `${own}.adopted`;
    try {
      renameSync(join(folder, name), claimed);
    } catch {
      return;
    }
    const events = parseLines(readFileSync(claimed, 'utf8'));
    write(events);
    rmSync(claimed);
  }

  for (const name of readdirSync(folder)) if (!isAlive(Number.parseInt(name))) adopt(name);

  return {
    size: () => bytes,
    write,
    /** Everything written so far; kept on disk under another name until `delivered` is called. */
    take(): NewEvent[] {
      if (!existsSync(own)) return [];
      renameSync(own, sending);
      bytes = 0;
      return parseLines(readFileSync(sending, 'utf8'));
    },
    /** What was taken last is in the log. */
    delivered(): void {
      rmSync(sending, { force: true });
    },
  };
}
