// A worker process for the agents that a module exports. Says "ready" when it polls.
import { NativeConnection, Runtime, DefaultLogger } from '@temporalio/worker';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { createWorker } from '../../src/worker.ts';
import { openStoresAt } from './open-test-stores.ts';

const [address = '', taskQueue, codePath = '', storePath = '', module = '', shutdownGraceMs] = process.argv.slice(2);

Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address });
const stores = await openStoresAt(storePath);
const { agents } = (await import(module)) as { agents: readonly AnyAgent[] };
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue,
  app: defineApp({ agents }),
  workflowBundle: { codePath },
  notifier: stores.log,
  effects: stores.effects,
  leases: stores.leases,
  decisions: stores.decisions,
  shutdownGraceMs: shutdownGraceMs === undefined ? undefined : Number(shutdownGraceMs),
});
const running = worker.run();
process.stdout.write('ready\n');
await running;
await stores.close();
await connection.close();
