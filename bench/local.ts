// What a step costs that runs as a local agent, beside the same as an activity and by hand: `npm run bench:local [-- --short]`.
import { join } from 'node:path';
import { loadavg } from 'node:os';
import { openStore } from '../src/notifier/open-store.ts';
import { describeMachine } from './lib/describe-machine.ts';
import { startBenchServer } from './lib/start-bench-server.ts';
import { median, quantile } from './lib/statistics.ts';
import { openSteps, type Kind, type Sample } from './local/measure-steps.ts';

const short = process.argv.includes('--short');
const CASES = [
  { steps: 4, runs: short ? 10 : 100 },
  { steps: 50, runs: short ? 5 : 20 },
  { steps: 300, runs: short ? 2 : 5 },
];
const GOAL_MS = 2.5;
const print = (line: string) => void process.stdout.write(`${line}\n`);
const row = (cells: string[]) => print(cells.map((cell) => cell.padStart(15)).join(''));

const server = await startBenchServer();
const store = await openStore({ url: `sqlite:${join(server.dataDir, 'events.sqlite')}` });
const steps = await openSteps({ ...server, log: store.log });
try {
  print(`plans of no-op steps, one after the other, events in SQLite; ${describeMachine()}, load ${loadavg()[0]}`);
  row(['steps', 'as', 'ms p50', 'ms p90', 'ms a step', 'CPU ms a step']);
  for (const { steps: count, runs } of CASES) {
    const took: Record<Kind, Sample[]> = { activity: [], local: [], 'by hand': [] };
    // In turn, so that a noisy moment of the machine hits both; the first of each is for warming up.
    for (let n = -1; n < runs; n += 1) {
      for (const kind of ['activity', 'local', 'by hand'] as const) {
        const sample = await steps.measure(kind, count);
        if (n >= 0) took[kind].push(sample);
      }
    }
    for (const [kind, samples] of Object.entries(took)) {
      const times = samples.map(({ ms }) => ms);
      const cpu = median(samples.map(({ cpuMs }) => cpuMs));
      const figures = [median(times), quantile(times, 0.9), median(times) / count, cpu / count];
      row([String(count), kind, ...figures.map((figure) => figure.toFixed(2))]);
    }
  }
  print('by hand: local activities that publish the same two events, without Baton');
  print(`goal for local steps: ${GOAL_MS} ms each; CPU is that of client and worker, without the server`);
} finally {
  await steps.stop();
  await store.close();
  await server.stop();
}
