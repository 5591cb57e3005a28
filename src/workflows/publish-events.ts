// Runs inside the workflow sandbox.
import { CancellationScope, log, proxyLocalActivities } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import { PUBLISH_ACTIVITY } from '../contracts/names.ts';

type Publisher = { [PUBLISH_ACTIVITY]: (input: { events: NewEvent[] }) => Promise<void> };

/**
 * Publishes events that no agent's activity is left to take along: the last ones of a run. Shielded from the cancel
 * that may be the reason for them; a log that stays down costs the run its last events, never its outcome.
 */
export async function publishEvents(events: NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const publisher = proxyLocalActivities<Publisher>({
    startToCloseTimeout: 10_000,
    retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 5_000, maximumAttempts: 8 },
  });
  try {
    await CancellationScope.nonCancellable(() => publisher[PUBLISH_ACTIVITY]({ events }));
  } catch (error) {
    log.error('the last events of this run were not published', {
      error: String(error),
      types: events.map((e) => e.type),
    });
  }
}
