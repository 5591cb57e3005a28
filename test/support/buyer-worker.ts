// A worker process for tests that kill it. Says "ready" when it polls.
import { NativeConnection, Runtime, DefaultLogger } from '@temporalio/worker';
import { defineApp } from '../../src/agents/define-app.ts';
import { createWorker } from '../../src/worker.ts';
import { buyer } from './buyer.ts';
import { openStoresAt } from './open-test-stores.ts';

const [address = '', taskQueue, codePath = '', storePath = '', bankUrl = ''] = process.argv.slice(2);

Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address });
const stores = await openStoresAt(storePath);
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue,
  app: defineApp({ agents: [buyer({ url: bankUrl })] }),
  workflowBundle: { codePath },
  notifier: stores.log,
  effects: stores.effects,
  leases: stores.leases,
  decisions: stores.decisions,
});
const running = worker.run();
process.stdout.write('ready\n');
await running;
await stores.close();
await connection.close();
