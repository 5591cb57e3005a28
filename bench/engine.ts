// How the engine holds out: long runs, many runs at once, many runs in a row: `npm run bench:engine [-- --short]`.
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../src/notifier/open-store.ts';
import { measureMemory } from './engine/measure-memory.ts';
import { measureRate } from './engine/measure-rate.ts';
import { openSteps, type Steps } from './engine/measure-steps.ts';
import { describeMachine } from './lib/describe-machine.ts';
import { startBenchServer } from './lib/start-bench-server.ts';
import { median } from './lib/statistics.ts';

const short = process.argv.includes('--short');
const STEP_RUNS = short ? 1 : 5;
const CONCURRENT = 50;
const RATE = { runs: short ? 60 : 500, blocks: short ? 3 : 9 };
const MEMORY_AFTER = short ? [50, 150] : [500, 5_000];
const print = (line: string) => void process.stdout.write(`${line}\n`);
const load = () => `load ${loadavg()[0]?.toFixed(1)}`;

const show = ({ ms, cpuMs }: Steps['first']) => `${ms.toFixed(2)} (CPU ${cpuMs.toFixed(2)})`;

function spanOf(runs: Steps[], span: keyof Steps) {
  return { ms: median(runs.map((run) => run[span].ms)), cpuMs: median(runs.map((run) => run[span].cpuMs)) };
}

const server = await startBenchServer();
const url = `sqlite:${join(server.dataDir, 'events.sqlite')}`;
const store = await openStore({ url });
try {
  print(`embedded server, events in SQLite; ${describeMachine()}`);
  const steps = await openSteps({ ...server, log: store.log });
  print(`\nno-op agents one after the other in one run, ms a step, median of ${STEP_RUNS}; ${load()}`);
  // The first run is for warming up: compared are the steps of one run.
  await steps.chain(100);
  await steps.byHand(100);
  for (const [name, count, measure] of [
    ['plan of', 500, steps.plan],
    ['workflow of', 1_000, steps.chain],
    ['by hand', 1_000, steps.byHand],
  ] as const) {
    const runs: Steps[] = [];
    for (let n = 0; n < STEP_RUNS; n += 1) runs.push(await measure(count));
    const [first, last] = [spanOf(runs, 'first'), spanOf(runs, 'last')];
    const ratio = `ratio ${(last.ms / first.ms).toFixed(2)}, of CPU ${(last.cpuMs / first.cpuMs).toFixed(2)}`;
    print(`  ${name} ${count} steps: steps 1-50 ${show(first)}, ${count - 49}-${count} ${show(last)}: ${ratio}`);
  }
  await steps.stop();

  print(
    `\nruns of five no-op agents, ${CONCURRENT} at once, Baton against Temporal by hand with the same events; ${load()}`,
  );
  const { rates, cpuMs } = await measureRate({ ...server, store, concurrent: CONCURRENT, ...RATE });
  for (const [kind, perSecond] of Object.entries(rates)) {
    const cpu = median(cpuMs[kind as keyof typeof cpuMs]);
    print(`  ${kind.padEnd(8)} ${median(perSecond).toFixed(1)} runs per second, ${cpu.toFixed(1)} ms of CPU a run`);
  }
  const ratio = median(rates.baton.map((rate, block) => rate / (rates.byHand[block] as number)));
  print(`  ratio ${ratio.toFixed(3)} (goal at least 0.9), ${RATE.blocks} blocks of ${RATE.runs} runs of each, in turn`);

  const memory = await measureMemory(MEMORY_AFTER, { ...server, url, concurrent: CONCURRENT });
  print(`\nmemory of a worker's process, garbage collected; ${load()}`);
  memory.forEach(({ rssMb, heapMb }, index) => {
    print(
      `  after ${MEMORY_AFTER[index]} runs: ${rssMb.toFixed(0)} MiB resident, ${heapMb.toFixed(1)} MiB of its main heap`,
    );
  });
  const [from, to] = memory;
  if (from && to)
    print(
      `  ratio ${(to.rssMb / from.rssMb).toFixed(3)} resident, ${(to.heapMb / from.heapMb).toFixed(3)} heap (goal 1.1)`,
    );
  print('\nNot measured: the CPU and memory of the Temporal server, and workers or a log on other machines.');
} finally {
  await store.close();
  await server.stop();
}
