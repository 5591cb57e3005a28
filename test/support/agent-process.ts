import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { newStoreFolder, openStoresAt } from './open-test-stores.ts';
import { spawnAgentWorker } from './spawn-worker.ts';
import { shared } from './test-run.ts';

type Options = { module: URL; /** @default the product's */ shutdownGraceMs?: number };

/** A worker as a process of its own for the agents of a module, with the stores that it shares with the test. */
export async function startAgentProcess({ module, shutdownGraceMs }: Options) {
  const { address, namespace, workflowBundle } = shared();
  const { path: storePath, remove } = newStoreFolder();
  const taskQueue = `process-${randomUUID()}`;
  const { codePath } = workflowBundle;
  const spawn = () => spawnAgentWorker({ address, taskQueue, codePath, storePath, module, shutdownGraceMs });
  const stores = await openStoresAt(storePath);
  const connection = await Connection.connect({ address });
  let worker = await spawn();

  return {
    stores,
    storePath,
    taskQueue,
    client: new Client({ connection, namespace }),
    /** `kill -9` of the worker, unless another signal is given. */
    kill: (signal?: NodeJS.Signals) => worker.kill(signal),
    /** Another process in the place of one that was killed. */
    async spawnNext() {
      worker = await spawn();
    },
    /** Ends the worker once another one polls beside it; gives the time of the signal. */
    async replace(signal: NodeJS.Signals): Promise<number> {
      const other = await spawn();
      const endedAt = Date.now();
      await worker.kill(signal);
      worker = other;
      return endedAt;
    },
    async stop() {
      await worker.kill();
      await connection.close();
      await stores.close();
      remove();
    },
  };
}
