import { duration } from '../live/duration.ts';
import type { Diagnosis, Evidence } from './evidence.ts';
import type { Remedies } from './remedies.ts';

/** When workers polled last: Temporal remembers one for minutes after it is gone. */
export function lastPolls({ pollers, taskQueue, now }: Evidence): string[] {
  if (pollers.length === 0) return [`no worker has polled queue ${taskQueue} in the last minutes`];
  return pollers.map(
    ({ identity, last_polled_at }) =>
      `worker ${identity} polled queue ${taskQueue} last ${duration(now - Date.parse(last_polled_at))} ago`,
  );
}

/** A task that nobody takes. */
export function noWorker(
  known: Evidence,
  { what, since }: { what: string; since: string | null },
  remedies: Remedies,
): Diagnosis {
  const { taskQueue } = known;
  return {
    reason: 'no_worker',
    since,
    summary: `no worker takes ${what} from queue ${taskQueue}`,
    evidence: lastPolls(known),
    remedies: [remedies.worker('starts a worker; the run goes on by itself'), remedies.terminate],
  };
}
