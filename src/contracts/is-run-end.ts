import type { NewEvent } from './event.ts';
import { RUN_END_TYPES, type RunEndType } from './names.ts';

/** Whether an event is the last one of its run, until that is started again. */
export function isRunEnd<Event extends Pick<NewEvent, 'type'>>(event: Event): event is Event & { type: RunEndType } {
  return (RUN_END_TYPES as readonly string[]).includes(event.type);
}
