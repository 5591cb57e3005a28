import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import type { AnyAgent } from '../../src/agents/define-agent.ts';
import { defineApp, type App } from '../../src/agents/define-app.ts';
import { connect, type BatonClient, type ConnectOptions } from '../../src/client.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { createWorker } from '../../src/worker.ts';
import { shared } from './test-run.ts';

type Options = {
  agents?: readonly AnyAgent[];
  app?: App;
  /** What stands between the worker and the log. @default nothing */
  guard?: (log: EventLog) => Notifier;
};

/** A worker for some agents, or an app with workflows of its own, and clients of several users, on one data folder and one task queue of their own. */
export async function startTestClient({ agents = [], app = defineApp({ agents }), guard = (log) => log }: Options) {
  const { address, namespace, ...bundled } = shared();
  const workflowBundle = app.workflows ? undefined : bundled.workflowBundle;
  const taskQueue = `test-client-${randomUUID()}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-client-'));
  const store = await openStore({ url: `sqlite:${join(dataDir, 'events.sqlite')}` });
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const notifier = guard(store.log);
  const { effects, leases, decisions } = store;
  const options = {
    connection: native,
    namespace,
    app,
    notifier,
    effects,
    leases,
    decisions,
    taskQueue,
    workflowBundle,
    debugMode: true,
  };
  const workers: { worker: Worker; running: Promise<void> }[] = [];
  const clients: BatonClient[] = [];

  async function startWorker() {
    const worker = await createWorker(options);
    workers.push({ worker, running: worker.run() });
  }

  async function stopWorkers() {
    for (const { worker, running } of workers.splice(0)) {
      worker.shutdown();
      await running;
    }
  }
  await startWorker();

  return {
    store,
    dataDir,
    taskQueue,
    temporal: new Client({ connection, namespace }),
    startWorker,
    stopWorkers,
    async clientOf(user: string, more: Partial<ConnectOptions> = {}): Promise<BatonClient> {
      const client = await connect({ user, app, address, namespace, dataDir, taskQueue, ...more });
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) await client.close();
      await stopWorkers();
      await native.close();
      await connection.close();
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
