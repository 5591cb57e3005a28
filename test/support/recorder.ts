import { newEventSchema, type NewEvent } from '../../src/contracts/event.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';

/** A notifier that keeps what it is given, each event once, as a log does. Each event is checked against the contract, so a wrong one fails its test. */
export function createRecorder() {
  const events: NewEvent[] = [];
  const waiting = new Set<() => void>();
  const notifier: Notifier = {
    async publish(event) {
      if (events.some(({ id }) => id === event.id)) return;
      events.push(newEventSchema.parse(event));
      for (const check of waiting) check();
    },
  };

  /** Resolves with the first event that matches, now or later. */
  function until(matches: (event: NewEvent) => boolean): Promise<NewEvent> {
    const { promise, resolve } = Promise.withResolvers<NewEvent>();
    function check() {
      const found = events.find(matches);
      if (!found) return;
      waiting.delete(check);
      resolve(found);
    }
    waiting.add(check);
    check();
    return promise;
  }

  return { notifier, events, until, of: (runId: string) => events.filter((event) => event.run_id === runId) };
}
