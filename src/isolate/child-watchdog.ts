// A thread of an isolated agent's child process: it still runs while the agent keeps the main thread busy.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

/** Between two looks, in milliseconds: buffers are filled at gigabytes a second. */
const EVERY_MS = 25;

const { residentMb, parent, marker } = workerData as { residentMb: number; parent: number; marker: string };

setInterval(() => {
  // The parent's death closes the IPC channel, which a busy main thread does not see.
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  const mb = Math.round(process.memoryUsage.rss() / 1024 ** 2);
  if (mb <= residentMb) return;
  writeSync(2, `${marker}${mb}\n`);
  process.kill(process.pid, 'SIGKILL');
}, EVERY_MS);
