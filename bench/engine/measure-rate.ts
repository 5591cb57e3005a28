import { Client, Connection } from '@temporalio/client';
import type { Store } from '../../src/notifier/open-store.ts';
import { startWorkers } from '../overhead/workers.ts';
import { executeRuns, type Kind } from './execute-runs.ts';

type Options = {
  address: string;
  store: Pick<Store, 'log' | 'effects' | 'leases'>;
  concurrent: number;
  runs: number;
  blocks: number;
};

/** Runs per second and CPU milliseconds a run of both kinds, measured in blocks in turn: a noisy moment hits both. */
export async function measureRate({ address, store, concurrent, runs, blocks }: Options) {
  const workers = await startWorkers({ address, store, workMs: 0, tellAgents: true });
  const connection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection });
  const rates: Record<Kind, number[]> = { baton: [], byHand: [] };
  const cpuMs: Record<Kind, number[]> = { baton: [], byHand: [] };
  for (let n = -1; n < blocks; n += 1) {
    const order: Kind[] = n % 2 === 0 ? ['baton', 'byHand'] : ['byHand', 'baton'];
    for (const kind of order) {
      const cpu = process.cpuUsage();
      const seconds = await executeRuns(client, { kind, runs, concurrent });
      const { user, system } = process.cpuUsage(cpu);
      // The first of each is for warming up.
      if (n < 0) continue;
      rates[kind].push(runs / seconds);
      cpuMs[kind].push((user + system) / 1_000 / runs);
    }
  }
  await workers.stop();
  await connection.close();
  return { rates, cpuMs };
}
