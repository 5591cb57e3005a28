import { execOrder } from '../contracts/exec-order.ts';
import { newEventSchema, type NewEvent } from '../contracts/event.ts';
import type { Notifier } from '../notifier/notifier.ts';

export type RecordingNotifier = {
  /** What a worker takes as `notifier`. */
  notifier: Notifier;
  /** All events so far, in the order in which they were told. */
  events: readonly NewEvent[];
  /** Those of one run. */
  of(runId: string): NewEvent[];
  /**
   * Resolves with the first event that matches, now or later.
   *
   * @throws Error that lists the events there were, when none has come within `waitMs` milliseconds. @default 60000
   */
  until(matches: (event: NewEvent) => boolean, options?: { waitMs?: number }): Promise<NewEvent>;
};

/**
 * A notifier that keeps what it is given, each event once, as a log does. Each is checked against the contract of
 * events, so that a wrong one fails who told it.
 */
export function recordingNotifier(): RecordingNotifier {
  const events: NewEvent[] = [];
  const ids = new Set<string>();
  const waiting = new Set<() => void>();

  /** The workflow says of each agent that takes long to end that it waits, and leaves it to the log whether it had begun. */
  function isStale(event: NewEvent): boolean {
    if (event.type !== 'agent_queued' || execOrder(event)) return false;
    const { workflow_id, agent_run, generation } = event;
    return events.some(
      (heard) => heard.workflow_id === workflow_id && heard.agent_run === agent_run && heard.generation >= generation,
    );
  }

  const notifier: Notifier = {
    async publish(event) {
      if (ids.has(event.id) || isStale(event)) return;
      const checked = newEventSchema.parse(event);
      ids.add(event.id);
      events.push(checked);
      for (const check of waiting) check();
    },
  };

  function until(matches: (event: NewEvent) => boolean, { waitMs = 60_000 } = {}): Promise<NewEvent> {
    const { promise, resolve, reject } = Promise.withResolvers<NewEvent>();
    const timer = setTimeout(() => {
      waiting.delete(check);
      const told = events.map(({ type, agent }) => `${agent ?? 'run'}: ${type}`).join(', ');
      reject(new Error(`no such event within ${waitMs} ms; there were: ${told || 'none'}`));
    }, waitMs);
    function check() {
      const found = events.find(matches);
      if (!found) return;
      waiting.delete(check);
      clearTimeout(timer);
      resolve(found);
    }
    waiting.add(check);
    check();
    return promise;
  }

  return { notifier, events, until, of: (runId) => events.filter((event) => event.run_id === runId) };
}
