import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { startBenchWorker } from '../lib/start-bench-worker.ts';
import { runEvent } from '../overhead/run-event.ts';
import { startPlainWorker } from '../lib/start-plain-worker.ts';

/** Of one run: its time, and the CPU of client and worker. */
export type Sample = { ms: number; cpuMs: number };
export type Kind = 'activity' | 'local' | 'by hand';

const nothing = z.looseObject({});
const idle = (name: Exclude<Kind, 'by hand'>) =>
  defineAgent({ name, local: name === 'local', input: nothing, output: nothing, run: () => ({ done: true }) });
const agents = [idle('activity'), idle('local')];

/** Tells its start and its end, as Baton's agents do. */
function workByHand({ publish }: Notifier) {
  return async ({ run_id, n }: { run_id: string; n: number }) => {
    const about = { run_id, agent: `step-${n}`, exec: `step.1.${n}` };
    await publish(runEvent({ ...about, type: 'agent_started', payload: { input_summary: '{}', queue_ms: 0 } }));
    const result = { done: true };
    const payload = { result, execution_time_ms: 0, recovered: false };
    await publish(runEvent({ ...about, type: 'agent_completed', payload }));
    return result;
  };
}

/**
 * A worker with an agent that does nothing, as an activity and as a local one, and a way to run plans of it; beside them
 * local activities called by hand.
 */
export async function openSteps({ address, dataDir, log }: { address: string; dataDir: string; log: Notifier }) {
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const worker = await startBenchWorker({ address, dataDir, notifier: log, agents, workflowsPath });
  const byHand = await startPlainWorker({ address, workflowsPath, activities: { work: workByHand(log) } });

  async function run(kind: Kind, count: number): Promise<void> {
    if (kind === 'by hand') return byHand.execute('localByHand', { run_id: randomUUID(), steps: count });
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
