import { setTimeout as sleep } from 'node:timers/promises';

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process is gone; fails if it lives on for `withinMs` milliseconds. */
export async function processGone(pid: number, withinMs = 30_000): Promise<void> {
  for (const end = Date.now() + withinMs; isRunning(pid); await sleep(20)) {
    if (Date.now() > end) throw new Error(`process ${pid} still runs after ${withinMs} ms`);
  }
}
