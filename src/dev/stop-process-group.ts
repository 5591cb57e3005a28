import { commandLineOf } from './process-info.ts';
import { waitUntil } from './wait-until.ts';

function send(pid: number, signal: NodeJS.Signals) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends a process that leads its own group, with the group: politely, then after `graceMs` for certain. */
export async function stopProcessGroup(pid: number, { graceMs = 10_000 } = {}): Promise<void> {
  const gone = () => commandLineOf(pid) === undefined;
  send(pid, 'SIGTERM');
  // One that was stopped hears of nothing until it is continued.
  send(pid, 'SIGCONT');
  if (await waitUntil(gone, { timeoutMs: graceMs })) return;
  send(pid, 'SIGKILL');
  await waitUntil(gone, { timeoutMs: graceMs });
}
