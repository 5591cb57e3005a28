import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { limitsOf } from '../../src/agents/limits-of.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import type { Store } from '../../src/notifier/open-store.ts';
import { measureEnd, type End } from './measure-end.ts';
import { idleAgents } from './agents.ts';
import { startWorkers } from './workers.ts';

export type Sample = { wallMs: number; cpuMs: number };
type Kind = 'baton' | 'byHand';

const WARM_UP = 5;

/** Runs both kinds in turn, so that a noisy moment of the machine hits both; the order changes from pair to pair. */
export async function measureRuns({
  address,
  store,
  workMs,
  pairs,
}: {
  address: string;
  store: Pick<Store, 'log' | 'effects' | 'leases'>;
  workMs: number;
  pairs: number;
}): Promise<Record<Kind, Sample[]> & { ends: End[] }> {
  const workers = await startWorkers({ address, store, workMs });
  const connection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection });
  const limits = Object.fromEntries(idleAgents(workMs).map((agent) => [agent.name, limitsOf(agent)]));

  const ends: End[] = [];

  async function once(kind: Kind): Promise<Sample> {
    const run_id = randomUUID();
    const context = { user_id: 'bench', thread_id: run_id, run_id, request_id: run_id, metadata: {} };
    const start: RunStart = { context, input: {}, limits, timeout_ms: 60_000 };
    const [name, args, taskQueue] =
      kind === 'baton'
        ? ['costOptimization', [start], `baton-${workMs}`]
        : ['byHand', [{ run_id }], `by-hand-${workMs}`];
    const workflowId = `${kind}/bench/${run_id}`;
    const cpu = process.cpuUsage();
    const from = performance.now();
    await client.execute(name as string, {
      args: args as unknown[],
      taskQueue: taskQueue as string,
      workflowId,
    });
    const { user, system } = process.cpuUsage(cpu);
    const sample = { wallMs: performance.now() - from, cpuMs: (user + system) / 1_000 };
    if (kind === 'baton') ends.push(await measureEnd(client, workflowId));
    return sample;
  }

  const samples: Record<Kind, Sample[]> = { baton: [], byHand: [] };
  for (let n = -WARM_UP; n < pairs; n += 1) {
    const order: Kind[] = n % 2 === 0 ? ['baton', 'byHand'] : ['byHand', 'baton'];
    for (const kind of order) {
      const sample = await once(kind);
      if (n >= 0) samples[kind].push(sample);
    }
  }
  await workers.stop();
  await connection.close();
  return { ...samples, ends: ends.slice(WARM_UP) };
}
