import { setTimeout as sleep } from 'node:timers/promises';
import type { Received } from './clients.ts';
import type { Stage, Subject } from './start-stage.ts';

export type Delivery = {
  subject: Subject;
  /** Connected clients. */
  clients: number;
  /** How many users they are of; one means that all watch the same runs. */
  users: number;
  perSecond: number;
  events: number;
  /** Starts the serving process anew after `kill -9` after a third of the events. */
  killed?: boolean;
};

/** Nothing for this long means that everything has come, in milliseconds; longer where clients have to come back. */
const IDLE_MS = 1_000;
const IDLE_AFTER_KILL_MS = 8_000;

/** Time for which the killed process is gone, in milliseconds. */
const DOWN_MS = 1_000;

/** CPU microseconds that the serving and the clients' process used for each event that a client got. */
type Cost = { serving: number; clients: number };

/** From the publisher's process through the serving process to the clients' process. */
export async function measureDelivery(stage: Stage, options: Delivery): Promise<Received & { cost: Cost }> {
  const { subject, perSecond, events, killed = false } = options;
  const settings = await stage.settings(subject);
  const users = Array.from({ length: options.users }, (_, n) => `user-${settings.port}-${n}`);
  const everyClient = Array.from({ length: options.clients }, (_, n) => users[n % users.length] as string);
  try {
    const server = stage.start(settings);
    await server.serve();
    const clients = stage.start(settings);
    await clients.connect({ users: everyClient, resumes: killed });
    const cpu = () => Promise.all([server.cpu(), clients.cpu()]);
    const before = killed ? [0, 0] : await cpu();
    const publishing = stage.start(settings).publish({ users, count: events, perSecond });
    // Its failure is seen below, and must not end this process before.
    publishing.catch(() => undefined);
    if (killed) {
      while ((await clients.seen()) < (events * options.clients) / 3) await sleep(20);
      await server.kill();
      await sleep(DOWN_MS);
      await stage.start(settings).serve();
    }
    await publishing;
    const received = await clients.received({
      users,
      published: events,
      idleMs: killed ? IDLE_AFTER_KILL_MS : IDLE_MS,
    });
    // Of a killed process nothing can be told.
    const [serving = NaN, holding = NaN] = killed ? [] : await cpu();
    const share = (used: number, earlier = 0) => (used - earlier) / (received.expected - received.lost);
    return { ...received, cost: { serving: share(serving, before[0]), clients: share(holding, before[1]) } };
  } finally {
    await stage.clear();
  }
}
