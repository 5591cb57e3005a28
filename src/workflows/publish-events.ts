// Runs inside the workflow sandbox.
import { log, proxyActivities, proxyLocalActivities, type CancellationScope } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import { PUBLISH_ACTIVITY } from '../contracts/names.ts';
import { createShield } from './create-shield.ts';
import { summaryOf } from './summary-of.ts';

type Publisher = { [PUBLISH_ACTIVITY]: (input: { events: NewEvent[] }) => Promise<void> };

type Options = {
  /** The log is known to be down: no local activity, which would hold up the workflow while it waits. */
  durable?: boolean;
  /** Scope that no cancel reaches. */
  shield?: CancellationScope;
};

/**
 * Publishes events that no agent's activity is left to take along: the last ones of a run. Shielded from the cancel
 * that may be the reason for them; a log that stays down costs the run its last events, never its outcome.
 */
export async function publishEvents(events: NewEvent[], { durable = false, shield = createShield() }: Options = {}) {
  if (events.length === 0) return;
  const told = new Set(events.map(({ type }) => type));
  const summary = summaryOf([...told].join(', '));
  const quick = { summary, startToCloseTimeout: 2_000, retry: { maximumAttempts: 1 } };
  const patient = {
    summary,
    startToCloseTimeout: 10_000,
    retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 2_000 },
  };
  if (!durable) {
    try {
      return await shield.run(() => proxyLocalActivities<Publisher>(quick)[PUBLISH_ACTIVITY]({ events }));
    } catch {
      // The patient one below tells of it, if it cannot either.
    }
  }
  try {
    await shield.run(() => proxyActivities<Publisher>(patient)[PUBLISH_ACTIVITY]({ events }));
  } catch (error) {
    log.error('the last events of this run were not published', { error: String(error), types: [...told] });
  }
}
