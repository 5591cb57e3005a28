// The whole product in a process of its own: runs two agents, shuts down, says what is left open, and must end by itself.
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect } from '../../src/client.ts';
import { createWorker } from '../../src/worker.ts';
import { openStoresAt } from './open-test-stores.ts';
import { dataHelper, triage } from './scenario-agents/o-agents.ts';

const [address = '', codePath = '', dataDir = '', taskQueue = ''] = process.argv.slice(2);
Runtime.install({ logger: new DefaultLogger('ERROR') });
const app = defineApp({ agents: [triage, dataHelper] });
const connection = await NativeConnection.connect({ address });
const store = await openStoresAt(join(dataDir, 'events.sqlite'));
const { log, effects, leases, decisions } = store;
const where = { namespace: 'default', taskQueue };
const worker = await createWorker({
  connection,
  app,
  notifier: log,
  effects,
  leases,
  decisions,
  workflowBundle: { codePath },
  ...where,
});
const running = worker.run();
const client = await connect({ user: 'leaving', app, address, dataDir, ...where });

const statuses: string[] = [];
for (const agent of ['triage', 'data_helper']) {
  const run = await client.start('runAgent', { agent, input: {} }, { runId: `own_${agent}` });
  statuses.push((await run.result()).status);
}
const open_runs = await log.openRuns();
await client.close();
worker.shutdown();
await running;
await connection.close();
await store.close();

const files = readdirSync('/proc/self/fd').flatMap((fd) => {
  try {
    return [readlinkSync(`/proc/self/fd/${fd}`)];
  } catch {
    return [];
  }
});
const open_files = files.filter((path) => path.startsWith(dataDir));
const resources = process.getActiveResourcesInfo();
process.stdout.write(JSON.stringify({ statuses, open_runs, open_files, resources }));
