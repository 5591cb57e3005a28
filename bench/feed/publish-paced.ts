import { setTimeout as sleep } from 'node:timers/promises';
import type { Publisher } from './systems/system.ts';
import { thoughts } from './thoughts.ts';

export type PublishOptions = {
  /** Users who get the events in turn. */
  users: string[];
  count: number;
  perSecond: number;
};

/**
 * Publishes `count` events at a steady pace, each with its number and the moment it was given to the publisher on the
 * clock that all processes of a machine share. Does not wait for one event before the next: agents are many.
 */
export async function publishPaced(publisher: Publisher, { users, count, perSecond }: PublishOptions): Promise<void> {
  const begun = performance.now();
  const published: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    const wait = begun + (n * 1_000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    const [event] = thoughts(users[n % users.length] as string, 1);
    if (event?.type !== 'agent_thinking') throw new Error('thoughts are expected');
    event.payload = { reasoning: String(process.hrtime.bigint()), step_number: n, progress_percentage: 40 };
    published.push(publisher.publish(event));
  }
  await Promise.all(published);
}
