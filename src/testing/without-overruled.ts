import type { NewEvent } from '../contracts/event.ts';
import { AGENT_END_TYPES } from '../contracts/names.ts';

/**
 * Events as a reader is to take them: of two ends of one agent the workflow's verdict counts. On a busy machine the
 * server's limit may strike between an attempt's own end and the answer that says so; then there are both.
 */
export function withoutOverruled<Event extends NewEvent>(events: readonly Event[]): Event[] {
  const isEnd = ({ type }: NewEvent) => (AGENT_END_TYPES as readonly string[]).includes(type);
  const of = ({ agent_run, generation }: NewEvent) => `${generation} ${agent_run}`;
  const verdicts = new Set(events.filter((event) => event.final && isEnd(event)).map(of));
  return events.filter((event) => event.final || !isEnd(event) || !verdicts.has(of(event)));
}
