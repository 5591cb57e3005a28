import { ApplicationFailure, Context } from '@temporalio/activity';
import type { NewEvent } from '../contracts/event.ts';
import { LOG_PATIENCE_MS } from '../contracts/names.ts';
import { redact } from '../contracts/redact.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { Notifier } from '../notifier/notifier.ts';
import { classifyFailure } from './classify-failure.ts';

const redacted = (events: readonly NewEvent[]) =>
  events.map((event) => ({ ...event, payload: redact(event.payload) }) as NewEvent);

/** How long the workflow has been waiting for this activity, over all its attempts, in milliseconds. */
const waitedMs = () => Date.now() - Context.current().info.scheduledTimestampMs;

function failureOf(thrown: unknown, { nonRetryable = false } = {}): ApplicationFailure {
  const { type, message } = classifyFailure(thrown);
  return ApplicationFailure.create({ type, message, nonRetryable });
}

/**
 * Publishes events of the workflow itself. Straight to the log: an outbox would call them published while they depend
 * on this process and its disk, whereas Temporal tries again for ever, on any worker. Only so long, though: then an
 * outbox has to do.
 *
 * @throws ApplicationFailure while the log does not take them; to be tried again
 */
export async function publishRunEvents(events: readonly NewEvent[], notifier: Notifier): Promise<void> {
  const safe = redacted(events);
  try {
    if (notifier.deliver && waitedMs() < LOG_PATIENCE_MS) await notifier.deliver(safe);
    else for (const event of safe) await notifier.publish(event);
  } catch (thrown) {
    throw failureOf(thrown);
  }
}

/**
 * Puts a run's last events and what it came to into the log, together. Never by an outbox: the end would come before
 * what the outboxes of other workers hold of the run, and without its outcome.
 *
 * @throws ApplicationFailure while the log does not take them; to be tried again for as long as `LOG_PATIENCE_MS`
 */
export async function endRun(
  events: readonly NewEvent[],
  outcome: RunOutcome | undefined,
  notifier: Notifier,
): Promise<void> {
  const safe = redacted(events);
  try {
    if (notifier.end) await notifier.end(safe, outcome);
    else if (notifier.deliver) await notifier.deliver(safe);
    else for (const event of safe) await notifier.publish(event);
  } catch (thrown) {
    throw failureOf(thrown, { nonRetryable: waitedMs() >= LOG_PATIENCE_MS });
  }
}
