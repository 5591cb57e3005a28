import type { EventLog } from '../../src/notifier/event-log.ts';
import type { Subject } from './subjects.ts';
import { thoughts } from './thoughts.ts';

const BATCH = 500;

/** Milliseconds that each of `count` events took, published one after the other. */
export async function publishTimes({ publish }: Subject, userId: string, count: number): Promise<number[]> {
  const times: number[] = [];
  for (const event of thoughts(userId, count)) {
    const from = performance.now();
    await publish(event);
    times.push(performance.now() - from);
  }
  return times;
}

/** Milliseconds for `count` events in batches. */
export async function appendTime({ append }: Subject, userId: string, count: number): Promise<number> {
  const batches = Array.from({ length: count / BATCH }, () => thoughts(userId, BATCH));
  const from = performance.now();
  for (const batch of batches) await append(batch);
  return performance.now() - from;
}

/** Milliseconds until a follower that begins at nothing has everything. */
export async function catchUpTime(log: EventLog, userId: string, count: number): Promise<number> {
  const from = performance.now();
  let seen = 0;
  for await (const { seq } of log.follow({ userId, after: 0 })) {
    seen += 1;
    if (seq !== seen) throw new Error(`event ${seen} has the sequence ${seq}`);
    if (seen === count) break;
  }
  return performance.now() - from;
}
