import type { NewEvent } from '../contracts/event.ts';

/** Port through which everything that happens is told. At-least-once: a repeated event is dropped by its `id`. */
export type Notifier = {
  /** Resolves once the event is durable. Rejects only where the notifier has no outbox to hold it. */
  publish(event: NewEvent): Promise<void>;
};
