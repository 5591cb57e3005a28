import type { NewEvent } from '../contracts/event.ts';
import { AGENT_END_TYPES } from '../contracts/names.ts';
import type { Notifier } from '../notifier/notifier.ts';

/** Most that may ride in an attempt's result or failure, in bytes of JSON. */
const MAX_BYTES = 65_536;

const byteLength = (event: NewEvent) => Buffer.byteLength(JSON.stringify(event));

/** What is kept first: how the agent ended, then its lifecycle, then what its tools did, then its thoughts. */
function rank({ type }: NewEvent): number {
  if ((AGENT_END_TYPES as readonly string[]).includes(type)) return 0;
  if (type === 'agent_thinking') return 3;
  return type.startsWith('tool_') ? 2 : 1;
}

/** The most important events that fit, of equal ones the latest, in their old order. */
function fitting(events: readonly NewEvent[]): NewEvent[] {
  let room = MAX_BYTES;
  const byImportance = [...events].reverse().toSorted((a, b) => rank(a) - rank(b));
  const kept = new Set(byImportance.filter((event) => (room -= byteLength(event)) >= 0));
  return events.filter((event) => kept.has(event));
}

/**
 * Remembers the events of one attempt that are in an outbox only. A process may die with its disk; what rides with the
 * attempt's end does not.
 */
export function createHeldEvents({ holds }: Pick<Notifier, 'holds'>) {
  let held: NewEvent[] = [];
  let bytes = 0;

  return {
    /** To be called once an event was published. */
    add(event: NewEvent): void {
      if (!holds?.(event.id)) return;
      held.push(event);
      bytes += byteLength(event);
      // An agent may think for hours while the log is down.
      if (bytes <= 2 * MAX_BYTES) return;
      held = fitting(held.filter(({ id }) => holds(id)));
      bytes = held.reduce((sum, each) => sum + byteLength(each), 0);
    },
    /** Those that are not in the log yet, as far as they fit. */
    now: (): NewEvent[] => fitting(held.filter(({ id }) => holds?.(id))),
  };
}
