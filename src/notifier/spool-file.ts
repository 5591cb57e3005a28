import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import type { NewEvent } from '../contracts/event.ts';
import { createSeal, type Seal } from '../payload/seal.ts';
import { processStart } from './process-start.ts';
import { sealEvent } from './sealed-parts.ts';

/** Size of the file of events that no log takes past which no more are kept, in bytes. */
const MAX_ASIDE_BYTES = 16 * 2 ** 20;

/** Begins the names of this process's files. What is random tells it from one that had its number and began as late. */
const OWN = `${process.pid}.${processStart(process.pid)}-${randomUUID()}`;
let opened = 0;

/** Whether the process that wrote a file is gone: its number alone does not tell, since in a container all have the same. */
function isLeft(name: string): boolean {
  if (name.startsWith(OWN)) return false;
  const [, pid, start] = /^(\d+)(?:\.(\w+))?-.*\.jsonl/.exec(name) ?? [];
  // Somebody else's file.
  if (pid === undefined) return false;
  if (Number(pid) === process.pid) return true;
  const living = processStart(Number(pid));
  return living === undefined || (start !== undefined && start !== living);
}

/** Without these no log takes it, and it would hold up all behind it for ever. */
const NEEDED = ['id', 'type', 'at', 'user_id', 'thread_id', 'run_id', 'request_id', 'workflow_id', 'exec'] as const;

function isEvent(value: unknown): value is NewEvent {
  const event = (value ?? {}) as Record<string, unknown>;
  return NEEDED.every((field) => typeof event[field] === 'string') && typeof event.payload === 'object';
}

function parseLines(text: string): NewEvent[] {
  return text.split('\n').flatMap((line) => {
    try {
      const event: unknown = line ? JSON.parse(line) : undefined;
      return isEvent(event) ? [event] : [];
    } catch {
      // The last line of a process that was killed while it wrote.
      return [];
    }
  });
}

/**
 * Files of events that could not be delivered, one for each process, in a folder that they share. What is sealed in them
 * stays so until the log is read: whoever delivers it need not have its key.
 */
export function openSpool(folder: string, seal: Seal = createSeal([])) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = join(folder, `${OWN}-${(opened += 1)}.jsonl`);
  const sending = `${own}.sending`;
  let bytes = 0;
  let isRead = true;
  let adopted = 0;

  function write(events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    const text = events.map((event) => `${JSON.stringify(sealEvent(event, seal))}\n`).join('');
    try {
      appendFileSync(own, text, { mode: 0o600 });
    } catch (error) {
      // What a full disk took of it would spoil the line that comes next.
      if (existsSync(own)) truncateSync(own, bytes);
      throw error;
    }
    bytes += Buffer.byteLength(text);
  }

  /** Takes over what a process that is gone has left: the rename lets only one process have it. */
  function adopt(name: string): void {
    // Of its own: one that could not be read stays where it is.
    const claimed = `${own}.${(adopted += 1)}.adopted`;
    try {
      renameSync(join(folder, name), claimed);
    } catch {
      return;
    }
    try {
      write(parseLines(readFileSync(claimed, 'utf8')));
      rmSync(claimed);
    } catch {
      // A folder of that name, or no room: it is left for the next process, and keeps none from its start.
    }
  }

  for (const name of readdirSync(folder)) if (isLeft(name)) adopt(name);

  return {
    size: () => bytes,
    write,
    /** Everything written so far; kept on disk under another name until `delivered` is called. */
    take(): NewEvent[] {
      if (isRead) {
        if (!existsSync(own)) return [];
        renameSync(own, sending);
        [bytes, isRead] = [0, false];
      }
      const events = parseLines(readFileSync(sending, 'utf8'));
      isRead = true;
      return events;
    },
    /** Keeps an event that no log takes where an operator can look at it, as far as there is room; nobody reads it here. */
    putAside(event: NewEvent): void {
      const path = join(folder, 'put-aside.jsonl');
      try {
        const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        if (size < MAX_ASIDE_BYTES)
          appendFileSync(path, `${JSON.stringify(sealEvent(event, seal))}\n`, { mode: 0o600 });
      } catch {
        // What cannot be written down either must not hold up the others.
      }
    },
    /** What was taken last is in the log. */
    delivered(): void {
      if (isRead) rmSync(sending, { force: true });
    },
  };
}
