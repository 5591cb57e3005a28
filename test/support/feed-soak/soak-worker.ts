// A worker process that is killed while its agents tell what they do. Says "ready" when it polls.
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { openStore } from '../../../src/notifier/open-store.ts';
import { withOutbox } from '../../../src/notifier/outbox.ts';
import { createWorker } from '../../../src/worker.ts';
import { soakApp } from './soak-app.ts';

const [address = '', taskQueue, codePath = '', storeUrl = '', outboxDir = ''] = process.argv.slice(2);

Runtime.install({ logger: new DefaultLogger('ERROR') });
const connection = await NativeConnection.connect({ address });
const { log, effects, leases, decisions, close } = await openStore({ url: storeUrl });
const notifier = withOutbox(log, { folder: outboxDir });
const worker = await createWorker({
  connection,
  namespace: 'default',
  taskQueue,
  app: soakApp,
  workflowBundle: { codePath },
  dataConverter: {},
  notifier,
  effects,
  leases,
  decisions,
  shutdownGraceMs: 2_000,
});
const running = worker.run();
process.stdout.write('ready\n');
await running;
await notifier.close();
await close();
await connection.close();
