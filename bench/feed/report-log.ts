import { median, quantile } from '../lib/statistics.ts';
import { appendTime, catchUpTime, publishTimes } from './measure-log.ts';
import { print, row } from './print.ts';
import { redisPair, sqlitePair, type Pair } from './subjects.ts';

const PUBLISHED = 2_000;
const APPENDED = 10_000;

async function measure({ ours, plain, stop }: Pair, rounds: number, goal: number) {
  const subjects = [plain, ours].map((subject) => ({ subject, publish: [] as number[], perSecond: [] as number[] }));
  const catchUp: number[] = [];
  // In turns, so that what else the machine does falls on both.
  for (let round = 0; round < rounds; round += 1) {
    for (const { subject, publish, perSecond } of subjects) {
      publish.push(...(await publishTimes(subject, 'publisher', PUBLISHED)));
      perSecond.push((APPENDED / (await appendTime(subject, `appender-${round}`, APPENDED))) * 1_000);
    }
    catchUp.push(await catchUpTime(ours.log, `appender-${round}`, APPENDED));
  }
  for (const { subject, publish, perSecond } of subjects) {
    const times = [0.5, 0.99, 0.999].map((share) => quantile(publish, share).toFixed(3));
    print(row(subject.name, ...times, Math.round(median(perSecond)), subject === ours ? goal : ''));
  }
  print(`  catch-up of ${APPENDED} events: ${Math.round(median(catchUp))} ms (goal 500)\n`);
  await stop();
}

/** What the event log costs beside the plainest thing that stores the same text. */
export async function reportLog(rounds: number): Promise<void> {
  print(`The log alone: publishing one after the other, and appending ${APPENDED} in batches of 500\n`);
  print(row('', 'p50 ms', 'p99 ms', 'p99.9 ms', 'appends/s', 'goal'));
  await measure(await sqlitePair(), rounds, 20_000);
  await measure(await redisPair(), rounds, 30_000);
}
