// What the event log costs beside the plainest thing that stores the same text: `npm run bench:feed [-- --short]`.
import { catchUpTime, appendTime, publishTimes } from './feed/measure.ts';
import { redisPair, sqlitePair, type Pair } from './feed/subjects.ts';
import { describeMachine } from './lib/describe-machine.ts';
import { median, quantile } from './lib/statistics.ts';

const short = process.argv.includes('--short');
const ROUNDS = short ? 2 : 10;
const PUBLISHED = 2_000;
const APPENDED = 10_000;

const print = (line: string) => void process.stdout.write(`${line}\n`);
const cells = (...values: (string | number)[]) => values.map((value) => String(value).padStart(12)).join('');

async function measure({ ours, plain, stop }: Pair) {
  const subjects = [plain, ours].map((subject) => ({ subject, publish: [] as number[], perSecond: [] as number[] }));
  const catchUp: number[] = [];
  // In turns, so that what else the machine does falls on both.
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { subject, publish, perSecond } of subjects) {
      publish.push(...(await publishTimes(subject, 'publisher', PUBLISHED)));
      perSecond.push((APPENDED / (await appendTime(subject, `appender-${round}`, APPENDED))) * 1_000);
    }
    catchUp.push(await catchUpTime(ours.log, `appender-${round}`, APPENDED));
  }
  for (const { subject, publish, perSecond } of subjects) {
    const times = [0.5, 0.99, 0.999].map((share) => quantile(publish, share).toFixed(3));
    print(`  ${subject.name.padEnd(14)}${cells(...times, Math.round(median(perSecond)))}`);
  }
  print(`  catch-up of ${APPENDED} events: ${Math.round(median(catchUp))} ms (goal 500)\n`);
  await stop();
}

print(`publishing one after the other, and appending ${APPENDED} in batches of 500; ${describeMachine()}\n`);
print(`  ${''.padEnd(14)}${cells('p50 ms', 'p99 ms', 'p99.9 ms', 'appends/s')}`);
await measure(await sqlitePair());
await measure(await redisPair());
print('Goals of the SQLite log: publish p99 under 1 ms, 20000 appends/s. Not measured: several writers at once, a');
print('log on another disk, a Redis on another machine. Redis writes its file once a second here (everysec).');
