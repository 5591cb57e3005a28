import { quantile } from '../lib/statistics.ts';
import { measureDelivery, type Delivery } from './measure-delivery.ts';
import { print, row } from './print.ts';
import type { Stage, Subject } from './start-stage.ts';

const SQLITE: Subject = { name: 'Baton, SQLite', system: 'baton', log: 'sqlite' };
const REDIS: Subject = { name: 'Baton, Redis', system: 'baton', log: 'redis' };
const REDIS_ALWAYS: Subject = { name: 'Baton, Redis (fsync always)', system: 'baton', log: 'redis-always' };
const SOCKETIO: Subject = { name: 'Socket.IO, Redis streams', system: 'socketio', log: 'redis' };
const STREAMS: Subject = { name: 'Workflow Streams', system: 'streams', log: 'sqlite' };

/** The goals are for the log as the documentation says to run it: a Redis with its default `appendfsync everysec`. */
export const GATEWAYS = [SQLITE, REDIS];

type Size = Pick<Delivery, 'clients' | 'users' | 'perSecond'> & { goal?: number };

const SIZES: Size[] = [
  { clients: 100, users: 100, perSecond: 200, goal: 10 },
  { clients: 100, users: 1, perSecond: 20, goal: 10 },
  { clients: 1_000, users: 1_000, perSecond: 200 },
  { clients: 1_000, users: 1, perSecond: 5 },
];

/** Each poll of a subscriber is an update, of which a workflow takes 2,000. */
const STREAM_SIZES: Size[] = [
  { clients: 1, users: 1, perSecond: 20 },
  { clients: 10, users: 1, perSecond: 20 },
];
const STREAM_EVENTS = 60;

async function report(stage: Stage, delivery: Delivery, goal: number | string = '') {
  const { latencies, expected, lost, doubled, cost } = await measureDelivery(stage, delivery);
  const { subject, clients, users, perSecond } = delivery;
  const times = [0.5, 0.99].map((share) => quantile(latencies, share).toFixed(1));
  const cpu = [cost.serving, cost.clients].map((each) => Math.round(each));
  print(row(subject.name, clients, users, perSecond, ...times, goal, ...cpu, `${lost}/${expected}`, doubled));
}

/** From `publish` in one process to the callback of clients in another, through a third. */
export async function reportDelivery(stage: Stage, seconds: number): Promise<void> {
  print('From publish to the callback of a client: publisher, serving process and clients are three processes\n');
  print(
    row('', 'clients', 'users', 'events/s', 'p50 ms', 'p99 ms', 'goal', 'server µs', 'client µs', 'lost', 'doubled'),
  );
  for (const { goal, ...size } of SIZES) {
    for (const subject of [...GATEWAYS, ...(goal ? [REDIS_ALWAYS] : []), SOCKETIO]) {
      const events = size.perSecond * seconds;
      await report(stage, { ...size, subject, events }, GATEWAYS.includes(subject) ? goal : '');
    }
  }
  for (const size of STREAM_SIZES) await report(stage, { ...size, subject: STREAMS, events: STREAM_EVENTS });
}

/** The serving process (of Workflow Streams: the worker) is killed with -9 after a third of the events, and started a second later. */
export async function reportLoss(stage: Stage): Promise<void> {
  print('\nThe serving process killed with -9 after a third of the events, and started again a second later\n');
  print(row('', 'clients', 'events', 'lost', 'doubled', 'disordered', 'goal'));
  for (const subject of [...GATEWAYS, SOCKETIO, STREAMS]) {
    const size = { clients: 5, users: 1, perSecond: 40, events: 200 };
    const { expected, lost, doubled, disordered } = await measureDelivery(stage, { ...size, subject, killed: true });
    const goal = subject.system === 'baton' ? '0 0 0' : '';
    print(row(subject.name, size.clients, size.events, `${lost}/${expected}`, doubled, disordered, goal));
  }
}
