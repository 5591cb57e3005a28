/** How long a task may wait for a worker before nobody is there, in milliseconds; a free worker takes it at once. */
const STALL_MS = 5_000;

/** Whether a task that no worker has taken yet waits for longer than chance makes it; times in milliseconds. */
export function isUntaken({ dueAt, now }: { dueAt: number; now: number }): boolean {
  return now - dueAt > STALL_MS;
}
