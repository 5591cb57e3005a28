import { ApplicationFailure, Context } from '@temporalio/activity';
import type { NewEvent } from '../contracts/event.ts';
import { LOG_PATIENCE_MS } from '../contracts/names.ts';
import { redact } from '../contracts/redact.ts';
import type { Notifier } from '../notifier/notifier.ts';
import { classifyFailure } from './classify-failure.ts';

/**
 * Publishes events of the workflow itself. Straight to the log: an outbox would call them published while they depend
 * on this process and its disk, whereas Temporal tries again for ever, on any worker. Only so long, though: then an
 * outbox has to do.
 *
 * @throws ApplicationFailure while the log does not take them; to be tried again
 */
export async function publishRunEvents(events: readonly NewEvent[], notifier: Notifier): Promise<void> {
  const safe = events.map((event) => ({ ...event, payload: redact(event.payload) }) as NewEvent);
  const waitedMs = Date.now() - Context.current().info.scheduledTimestampMs;
  try {
    if (notifier.deliver && waitedMs < LOG_PATIENCE_MS) await notifier.deliver(safe);
    else for (const event of safe) await notifier.publish(event);
  } catch (thrown) {
    const { type, message } = classifyFailure(thrown);
    throw ApplicationFailure.create({ type, message });
  }
}
