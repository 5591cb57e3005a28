// Runs inside the workflow sandbox.
import { CancellationScope, log, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import { PUBLISH_ACTIVITY } from '../contracts/names.ts';
import { summaryOf } from './summary-of.ts';

type Publisher = { [PUBLISH_ACTIVITY]: (input: { events: NewEvent[] }) => Promise<void> };

/**
 * Publishes events that no agent's activity is left to take along: the last ones of a run. Shielded from the cancel
 * that may be the reason for them; a log that stays down costs the run its last events, never its outcome.
 *
 * @param options.durable the log is known to be down: no local activity, which would hold up the workflow while it waits
 */
export async function publishEvents(events: NewEvent[], { durable = false } = {}): Promise<void> {
  if (events.length === 0) return;
  const told = new Set(events.map(({ type }) => type));
  const summary = summaryOf([...told].join(', '));
  const quick = proxyLocalActivities<Publisher>({ summary, startToCloseTimeout: 2_000, retry: { maximumAttempts: 1 } });
  const patient = proxyActivities<Publisher>({
    summary,
    startToCloseTimeout: 10_000,
    retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 2_000 },
  });
  try {
    await CancellationScope.nonCancellable(async () => {
      const sent = durable
        ? false
        : await quick[PUBLISH_ACTIVITY]({ events }).then(
            () => true,
            () => false,
          );
      if (!sent) await patient[PUBLISH_ACTIVITY]({ events });
    });
  } catch (error) {
    log.error('the last events of this run were not published', {
      error: String(error),
      types: events.map((e) => e.type),
    });
  }
}
