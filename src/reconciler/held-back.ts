import { LOG_PATIENCE_MS } from '../contracts/names.ts';
import type { Leases } from '../notifier/leases.ts';
import { OUTBOX_POOL } from '../notifier/outbox.ts';

/** How soon after an outage of the log every outbox has tried it again, in milliseconds: it tries at least every 2 s. */
const TRIED_AGAIN_MS = 3_000;

type Options = {
  leases: Pick<Leases, 'taken'>;
  /** When the store last could not answer this process, in milliseconds since 1970; undefined if it always could. */
  lastOutage: () => number | undefined;
};

/**
 * Says whether some outbox may still hold events of a run that was closed then: the log takes nothing of a run after its
 * end. After an outage every outbox is given the time to try again, and from then on has a lease while it delivers. What
 * happened before this process looked may have been an outage as well. An end waits five minutes at most.
 */
export function createHeldBack({ leases, lastOutage }: Options) {
  const lookingSince = Date.now();
  return async function isHeldBack(closedAt: number): Promise<boolean> {
    const now = Date.now();
    const reachedSince = Math.max(lastOutage() ?? 0, closedAt < lookingSince ? lookingSince : 0);
    if (now - reachedSince < TRIED_AGAIN_MS) return true;
    if (now - Math.max(reachedSince, closedAt) > LOG_PATIENCE_MS) return false;
    return (await leases.taken({ pool: OUTBOX_POOL })) > 0;
  };
}
