import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processStart } from './process-start.ts';

/**
 * How long a process of another machine may leave an attempt open after the next one was opened, in milliseconds. One
 * that lives hears within a second or so that another attempt has taken over, and closes its own.
 */
const UNHEARD_MS = 10_000;

/** Marks of an attempt whose process is about to end in order, and of one whose process stood still. */
export const LEAVING = 'leaving';
export const STALLED = 'stalled';

function readOr(read: () => string, otherwise: string): string {
  try {
    return read().trim();
  } catch {
    return otherwise;
  }
}

/** Which start of the machine this is; empty where the system does not tell. */
const bootId = (): string => readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), '');

/** Where a process number means the same process. Containers of one machine count their processes apart. */
const machine = () => `${bootId() || hostname()} ${readOr(() => readlinkSync('/proc/self/ns/pid'), '')}`;

let own: string | undefined;

/** Names this process, so that another process of the machine can tell whether it still lives. */
export function ownMark(): string {
  own ??= `${process.pid}|${processStart(process.pid) ?? ''}|${machine()}`;
  return own;
}

/** Whether the process that left this mark has died, as far as can be told from here. */
export function isLost(mark: string, unheardMs: number): boolean {
  if (mark === LEAVING || mark === ownMark()) return false;
  if (mark === STALLED) return true;
  const [pid, start, where] = mark.split('|');
  if (where !== machine()) return unheardMs >= UNHEARD_MS;
  return processStart(Number(pid)) !== start;
}
