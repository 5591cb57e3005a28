import type { NewEvent } from '../../src/contracts/event.ts';
import { isRunEnd } from '../../src/contracts/is-run-end.ts';
import type { RunOutcome } from '../../src/contracts/run.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';

/** A log that loses the ends which these runs publish themselves, as one that is put back from a copy of before has none. */
export function losingEnds(log: EventLog, runIds: ReadonlySet<string>) {
  const isLost = (event: NewEvent) => isRunEnd(event) && runIds.has(event.run_id);
  return {
    ...log,
    async publish(event: NewEvent) {
      if (!isLost(event)) await log.publish(event);
    },
    async end(events: readonly NewEvent[], outcome?: RunOutcome) {
      const kept = events.filter((event) => !isLost(event));
      await log.append(kept, kept.length < events.length ? {} : { outcome });
    },
  };
}
