// A worker in a process of its own, whose memory is measured: started by `measure-memory.ts` with --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { defineApp } from '../../src/agents/define-app.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { createWorker } from '../../src/worker.ts';
import { idleAgents } from '../overhead/agents.ts';

const [address, url] = process.argv.slice(2) as [string, string];
const logger = new DefaultLogger('ERROR');
Runtime.install({ logger, shutdownSignals: [] });
const connection = await NativeConnection.connect({ address });
const store = await openStore({ url });
const workflowsPath = fileURLToPath(new URL('../overhead/workflows.ts', import.meta.url));
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue: 'baton-0',
  workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }),
  app: defineApp({ agents: idleAgents(0) }),
  notifier: store.log,
});
const running = worker.run();

/** The least of some moments: what is in use, not what a collection has yet to give back. */
async function memory() {
  const samples: NodeJS.MemoryUsage[] = [];
  for (let n = 0; n < 10; n += 1) {
    globalThis.gc?.();
    samples.push(process.memoryUsage());
    await sleep(200);
  }
  const least = (pick: (usage: NodeJS.MemoryUsage) => number) => Math.min(...samples.map(pick)) / 2 ** 20;
  return { rssMb: least(({ rss }) => rss), heapMb: least(({ heapUsed, external }) => heapUsed + external) };
}

process.on('message', (message) => {
  if (message === 'measure') void memory().then((measured) => process.send?.(measured));
  else worker.shutdown();
});
process.send?.('ready');
await running;
await store.close();
await connection.close();
process.disconnect();
