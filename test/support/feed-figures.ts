import { expect } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { AGENT_END_TYPES } from '../../src/contracts/names.ts';

const time = ({ at }: BatonEvent) => Date.parse(at);
const isEnd = ({ type }: BatonEvent) => (AGENT_END_TYPES as readonly string[]).includes(type);

/** Events of agents, without those of the run as a whole. */
export const ofAgents = (events: readonly BatonEvent[]) => events.filter(({ agent_run }) => agent_run !== null);

export const ofType = (events: readonly BatonEvent[], ...types: BatonEvent['type'][]) =>
  events.filter(({ type }) => types.includes(type));

/** Most agents at work at the same time, by their first and last events, over any number of feeds. */
export function peakOf(events: readonly BatonEvent[]): number {
  const changes = events
    .flatMap((event) => (event.type === 'agent_started' ? [[time(event), 1]] : isEnd(event) ? [[time(event), -1]] : []))
    // Who ended in the millisecond in which another began was not at work beside it.
    .sort(([a = 0, x = 0], [b = 0, y = 0]) => a - b || x - y);
  let now = 0;
  return Math.max(0, ...changes.map(([, change = 0]) => (now += change)));
}

/** Milliseconds from the first event to the last. */
export function spanOf(events: readonly BatonEvent[]): number {
  const times = events.map(time);
  return Math.max(...times) - Math.min(...times);
}

/** The feed of one user is numbered 1, 2, 3 ... and holds nobody else's events, nor any of these texts. */
export function expectOwnFeed(events: readonly BatonEvent[], userId: string, foreign: readonly string[] = []): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
  expect([...new Set(events.map(({ user_id }) => user_id))]).toEqual([userId]);
  const text = JSON.stringify(events);
  for (const secret of foreign) expect(text).not.toContain(secret);
}
