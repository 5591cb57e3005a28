// What the feed costs, alone and beside its peers: `npm run bench:feed [-- --short]`.
import { measureCatchUp } from './feed/measure-catch-up.ts';
import { measureMemory } from './feed/measure-memory.ts';
import { print, row } from './feed/print.ts';
import { GATEWAYS, reportDelivery, reportLoss } from './feed/report-delivery.ts';
import { reportLog } from './feed/report-log.ts';
import { startStage } from './feed/start-stage.ts';
import { describeMachine } from './lib/describe-machine.ts';
import { median } from './lib/statistics.ts';

const short = process.argv.includes('--short');
const EVENTS = 10_000;
const IDLE_SOCKETS = short ? 200 : 1_000;

print(`${describeMachine()}\n`);
await reportLog(short ? 2 : 10);
const stage = await startStage();
// The servers are processes of their own, and would stay.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void stage.stop().finally(() => process.exit(1)));
try {
  await reportDelivery(stage, short ? 3 : 10);
  await reportLoss(stage);
  print(`\nThrough a socket of the gateway\n`);
  print(row('', 'result', 'goal'));
  for (const subject of GATEWAYS) {
    const times = await measureCatchUp(stage, subject, EVENTS, short ? 3 : 10);
    print(row(`${subject.name}: ${EVENTS} events`, `${Math.round(median(times))} ms`, '500 ms'));
    const perSocket = await measureMemory(stage, subject, IDLE_SOCKETS);
    print(row(`${subject.name}: an idle socket`, `${perSocket.toFixed(1)} kB`));
  }
} finally {
  await stage.stop();
}
print(`
Redis writes its file once a second (appendfsync everysec, its default), for all who use it, but where "fsync always" is
said: there before each answer. All clients are in one process, which shares the machine with the server: with 100
watchers of one user, the time of the last includes that process reading and parsing the event 99 times before. "µs" is
CPU time for each event that a client got, of the serving and of the clients' process. Clients parse each event and fold
nothing, but those that come back, which are the shipped client. The first fifth of the events warms up. Peers: the
quickest options they have, see bench/feed/systems/. Not measured: a network, several writers at once, a Redis on
another machine.`);
