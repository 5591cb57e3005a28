import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { startBenchWorker } from '../lib/start-bench-worker.ts';
import { openByHand } from './open-by-hand.ts';

/** Of one run: its time, and the CPU of client and worker. */
export type Sample = { ms: number; cpuMs: number };
export type Kind = 'activity' | 'local' | 'by hand';

const nothing = z.looseObject({});
const idle = (name: Exclude<Kind, 'by hand'>) =>
  defineAgent({ name, local: name === 'local', input: nothing, output: nothing, run: () => ({ done: true }) });
const agents = [idle('activity'), idle('local')];

/**
 * A worker with an agent that does nothing, as an activity and as a local one, and a way to run plans of it; beside them
 * local activities called by hand.
 */
export async function openSteps({ address, dataDir, log }: { address: string; dataDir: string; log: Notifier }) {
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const worker = await startBenchWorker({ address, dataDir, notifier: log, agents, workflowsPath });
  const byHand = await openByHand({ address, notifier: log, workflowsPath });

  async function run(kind: Kind, count: number): Promise<void> {
    if (kind === 'by hand') return byHand.execute(count);
    const steps = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, agent: kind, input: {} }));
    await worker.execute('runPlan', { plan: { name: 'bench', steps } });
  }

  return {
    /** Runs so many steps, one after the other. */
    async measure(kind: Kind, count: number): Promise<Sample> {
      const cpu = process.cpuUsage();
      const from = performance.now();
      await run(kind, count);
      const { user, system } = process.cpuUsage(cpu);
      return { ms: performance.now() - from, cpuMs: (user + system) / 1_000 };
    },
    async stop() {
      await worker.stop();
      await byHand.stop();
    },
  };
}
