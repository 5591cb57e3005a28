// What Baton costs beside a Temporal workflow written by hand: `npm run bench:overhead [-- --short]`.
import { join } from 'node:path';
import { openStore } from '../src/notifier/open-store.ts';
import { describeMachine } from './lib/describe-machine.ts';
import { startBenchServer } from './lib/start-bench-server.ts';
import { median, quantile } from './lib/statistics.ts';
import type { End } from './overhead/measure-end.ts';
import { measureRuns, type Sample } from './overhead/measure-runs.ts';
import { runEvent } from './overhead/run-event.ts';

const short = process.argv.includes('--short');
const CASES = [
  { name: 'no-op agents', workMs: 0, pairs: short ? 20 : 300, goal: 1.1 },
  { name: 'agents of 100 ms', workMs: 100, pairs: short ? 5 : 40, goal: 1.02 },
];
const PUBLISHED = short ? 2_000 : 20_000;

const print = (line: string) => void process.stdout.write(`${line}\n`);

function row(name: string, samples: Sample[]): string {
  const wall = samples.map(({ wallMs }) => wallMs);
  const cpu = samples.map(({ cpuMs }) => cpuMs);
  const cells = [median(wall), quantile(wall, 0.9), median(cpu)].map((value) => value.toFixed(1).padStart(9));
  return `  ${name.padEnd(22)}${cells.join('')}`;
}

const server = await startBenchServer();
const store = await openStore({ url: `sqlite:${join(server.dataDir, 'events.sqlite')}` });
try {
  print(`five agents in a row, Baton against Temporal by hand, one after the other; ${describeMachine()}`);
  print('publishing the same two run events; Baton publishes a start and an end of each agent besides\n');
  print(`  ${''.padEnd(22)}${'ms p50'.padStart(9)}${'ms p90'.padStart(9)}${'CPU ms'.padStart(9)}`);
  for (const { name, workMs, pairs, goal } of CASES) {
    const { baton, byHand, ends } = await measureRuns({ address: server.address, store, workMs, pairs });
    const ratio = (pick: (sample: Sample) => number) => median(baton.map(pick)) / median(byHand.map(pick));
    print(row(`by hand, ${name}`, byHand));
    print(row(`Baton, ${name}`, baton));
    const latency = ratio(({ wallMs }) => wallMs);
    const cpu = ratio(({ cpuMs }) => cpuMs);
    const end = (pick: (one: End) => number) => median(ends.map(pick)).toFixed(1);
    print(
      `  end of a run: taken after ${end(({ takenMs }) => takenMs)} ms, in the log ${end(({ appendedMs }) => appendedMs)} ms later, closed ${end(({ closedMs }) => closedMs)} ms later`,
    );
    print(`  ratio ${latency.toFixed(3)} (goal ${goal}), of CPU ${cpu.toFixed(3)}, ${pairs} pairs\n`);
  }
  const took: number[] = [];
  for (let n = 0; n < PUBLISHED; n += 1) {
    const event = runEvent({ type: 'run_started', run_id: `p${n % 100}`, n });
    const from = performance.now();
    await store.log.publish(event);
    took.push(performance.now() - from);
  }
  print(
    `  publish: p50 ${median(took).toFixed(3)} ms, p99 ${quantile(took, 0.99).toFixed(3)} ms (goal 1), ${PUBLISHED} events`,
  );
  print('\nNot measured: the CPU of the Temporal server, workers on other machines, a log on another disk.');
} finally {
  await store.close();
  await server.stop();
}
