import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { startBenchWorker } from '../lib/start-bench-worker.ts';
import { startPlainWorker } from '../lib/start-plain-worker.ts';

const SPAN = 50;
const nothing = z.looseObject({});

/** Milliseconds a step, and of CPU of client and worker, over the first fifty steps of a run and over the last fifty. */
export type Steps = Record<'first' | 'last', { ms: number; cpuMs: number }>;

type Moment = { ms: number; cpuMs: number };

function now(): Moment {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), cpuMs: (user + system) / 1_000 };
}

function perStep(from: Moment | undefined, to: Moment | undefined): Moment {
  if (!from || !to) throw new Error('the run had fewer steps than were to be measured');
  return { ms: (to.ms - from.ms) / SPAN, cpuMs: (to.cpuMs - from.cpuMs) / SPAN };
}

/** A worker with an agent that only notes the time, and ways to run it many times in one run. */
export async function openSteps({ address, dataDir, log }: { address: string; dataDir: string; log: Notifier }) {
  let begun: Moment[] = [];
  const idle = defineAgent({
    name: 'idle',
    input: nothing,
    output: nothing,
    run() {
      begun.push(now());
      return { done: true };
    },
  });
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const worker = await startBenchWorker({ address, dataDir, notifier: log, agents: [idle], workflowsPath });
  const byHand = await startPlainWorker({
    address,
    workflowsPath,
    activities: {
      async idleByHand() {
        begun.push(now());
      },
    },
    maxHeartbeatThrottleInterval: 500,
    stickyQueueScheduleToStartTimeout: 500,
  });

  async function measure(run: () => Promise<unknown>): Promise<Steps> {
    begun = [];
    await run();
    return { first: perStep(begun[0], begun[SPAN]), last: perStep(begun.at(-SPAN - 1), begun.at(-1)) };
  }

  return {
    /** A workflow that calls the agent so many times. */
    chain: (count: number) => measure(() => worker.execute('chain', { steps: count })),
    /** The same without Baton: what grows here too is the server's. */
    byHand: (count: number) => measure(() => byHand.execute('chainByHand', { input: { steps: count } })),
    plan(count: number) {
      const steps = Array.from({ length: count }, (_, index) => ({ id: `s${index}`, agent: 'idle', input: {} }));
      return measure(() => worker.execute('runPlan', { plan: { name: 'bench', steps } }));
    },
    async stop() {
      await worker.stop();
      await byHand.stop();
    },
  };
}
