import type { NewEvent } from '../contracts/event.ts';
import type { RunOutcome } from '../contracts/run.ts';

/** Port through which everything that happens is told. At-least-once: a repeated event is dropped by its `id`. */
export type Notifier = {
  /** Resolves once the event is durable, or an outbox holds it. Rejects only where there is no outbox. */
  publish(event: NewEvent): Promise<void>;
  /** Whether an outbox holds the event of this id: taken, but not in the log yet. Without it nothing is held. */
  holds?(id: string): boolean;
  /**
   * Puts events into the log itself, behind what an outbox holds of the same runs. Rejects if the log does not take
   * them; for callers that have a durable retry of their own. Without it `publish` does the same.
   */
  deliver?(events: readonly NewEvent[]): Promise<void>;
  /**
   * Puts a run's last events and what it came to into the log itself, all or none, behind what an outbox holds of the
   * run. Rejects if the log does not take them. Without it `publish` has to do, which keeps no outcome.
   */
  end?(events: readonly NewEvent[], outcome?: RunOutcome): Promise<void>;
};
