import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { WORKFLOWS_PATH } from '../../src/worker.ts';
import { startBenchWorker } from '../lib/start-bench-worker.ts';

/** Of one run: its time, and the CPU of client and worker. */
export type Sample = { ms: number; cpuMs: number };
export type Kind = 'activity' | 'local';

const nothing = z.looseObject({});
const idle = (name: Kind) =>
  defineAgent({ name, local: name === 'local', input: nothing, output: nothing, run: () => ({ done: true }) });
const agents = [idle('activity'), idle('local')];

/** A worker with an agent that does nothing, as an activity and as a local one, and a way to run plans of it. */
export async function openSteps({ address, dataDir, log }: { address: string; dataDir: string; log: Notifier }) {
  const { execute, stop } = await startBenchWorker({
    address,
    dataDir,
    notifier: log,
    agents,
    workflowsPath: WORKFLOWS_PATH,
  });

  return {
    /** Runs a plan of so many steps, one after the other. */
    async measure(agent: Kind, count: number): Promise<Sample> {
      const steps = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, agent, input: {} }));
      const cpu = process.cpuUsage();
      const from = performance.now();
      await execute('runPlan', { plan: { name: 'bench', steps } });
      const { user, system } = process.cpuUsage(cpu);
      return { ms: performance.now() - from, cpuMs: (user + system) / 1_000 };
    },
    stop,
  };
}
