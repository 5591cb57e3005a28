// Runs inside the workflow sandbox.
import { log, proxyActivities, proxyLocalActivities, type CancellationScope } from '@temporalio/workflow';
import type { NewEvent } from '../contracts/event.ts';
import { END_ACTIVITY, PUBLISH_ACTIVITY } from '../contracts/names.ts';
import type { RunOutcome } from '../contracts/run.ts';
import { createShield } from './create-shield.ts';
import { engineQueue } from './engine-queue.ts';
import { summaryOf } from './summary-of.ts';

type Publisher = {
  [PUBLISH_ACTIVITY]: (input: { events: NewEvent[] }) => Promise<void>;
  [END_ACTIVITY]: (input: { events: NewEvent[] }, outcome?: RunOutcome) => Promise<void>;
};

type Options = {
  /** The log is known to be down: no local activity, which would hold up the workflow while it waits. */
  durable?: boolean;
  /** Scope that no cancel reaches. */
  shield?: CancellationScope;
};

/** Tried again without end, on any worker; the activity itself gives up where it has to. */
const PATIENT = {
  startToCloseTimeout: 10_000,
  retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 2_000 },
};

const typesOf = (events: readonly NewEvent[]) => [...new Set(events.map(({ type }) => type))];

/**
 * Publishes events that no agent's activity is left to take along, as version 1 does. Shielded from the cancel that may
 * be the reason for them; a log that stays down costs the run its last events, never its outcome.
 */
export async function publishEvents(events: NewEvent[], { durable = false, shield = createShield() }: Options = {}) {
  if (events.length === 0) return;
  const types = typesOf(events);
  const summary = summaryOf(types.join(', '));
  const quick = { summary, startToCloseTimeout: 2_000, retry: { maximumAttempts: 1 } };
  if (!durable) {
    try {
      return await shield.run(() => proxyLocalActivities<Publisher>(quick)[PUBLISH_ACTIVITY]({ events }));
    } catch {
      // The patient one below tells of it, if it cannot either.
    }
  }
  try {
    await shield.run(() => proxyActivities<Publisher>({ ...PATIENT, summary })[PUBLISH_ACTIVITY]({ events }));
  } catch (error) {
    log.error('the last events of this run were not published', { error: String(error), types });
  }
}

/**
 * Publishes events as the history has them. A local activity would run before its workflow task is complete; the server
 * may refuse that task, and what is then said again may be something else, since another message came first.
 *
 * @returns whether they were handed over
 */
export async function publishDurably(events: NewEvent[], shield: CancellationScope): Promise<boolean> {
  if (events.length === 0) return true;
  const types = typesOf(events);
  const options = { ...PATIENT, taskQueue: engineQueue(), summary: summaryOf(types.join(', ')) };
  try {
    await shield.run(() => proxyActivities<Publisher>(options)[PUBLISH_ACTIVITY]({ events }));
    return true;
  } catch (error) {
    log.error('events of this run were not published', { error: String(error), types });
    return false;
  }
}

/**
 * Publishes a run's last events together with what it came to. The outcome is an argument of its own: where it is large,
 * the store of payloads then keeps it once for this and for the run's result. A log that stays down for too long is left
 * to the reconciler, which reads the outcome from the closed run.
 */
export async function publishEnd(
  events: NewEvent[],
  { outcome, shield }: { outcome?: RunOutcome; shield: CancellationScope },
): Promise<void> {
  const options = { ...PATIENT, taskQueue: engineQueue(), summary: summaryOf(typesOf(events).join(', ')) };
  try {
    await shield.run(() => proxyActivities<Publisher>(options)[END_ACTIVITY]({ events }, outcome));
  } catch (error) {
    log.error("this run's end was not published; the reconciler does it", { error: String(error) });
  }
}
