import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { createStatsReader } from '../../src/client/stats-reader.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { statsOf } from '../../src/feed/stats/stats-of.ts';
import { newStoreFolder, openStoresAt } from '../support/open-test-stores.ts';
import { napper } from '../support/napper.ts';
import { spawnAgentWorker } from '../support/spawn-worker.ts';
import { shared } from '../support/test-run.ts';

const { address, namespace, workflowBundle } = shared();
const NAPPER = new URL('../support/napper.ts', import.meta.url);
const folder = newStoreFolder();
let connection: Connection;
let stores: Awaited<ReturnType<typeof openStoresAt>>;
beforeAll(async () => {
  connection = await Connection.connect({ address });
  stores = await openStoresAt(folder.path);
});
afterAll(async () => {
  await connection.close();
  await stores.close();
  folder.remove();
});

test('a local agent whose worker is killed with -9 begins again, and the folded feed has one start and one end', async () => {
  const [taskQueue, runId] = [`test-${randomUUID()}`, randomUUID()];
  const options = { address, taskQueue, codePath: workflowBundle.codePath, storePath: folder.path, module: NAPPER };
  const context = { user_id: 'ann', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = { napper: limitsOf(napper) };
  const args: [RunStart] = [{ context, input: { agent: 'napper', input: {} }, limits, timeout_ms: 60_000 }];
  const workflowId = workflowIdOf({ workflow: 'runAgent', userId: 'ann', runId });
  const client = new Client({ connection, namespace });

  const first = await spawnAgentWorker(options);
  // The server waits so long for a workflow's task whose worker is gone.
  const started = { workflowId, taskQueue, args, workflowTaskTimeout: 2_000 };
  const handle = await client.workflow.start('runAgent', started);
  for await (const { type } of stores.log.follow({ userId: 'ann', after: 0 })) if (type === 'agent_thinking') break;
  await first.kill();
  const second = await spawnAgentWorker(options);
  try {
    expect(await handle.result()).toMatchObject({ status: 'completed', result: { success: true, attempts: 1 } });
  } finally {
    await second.kill();
  }

  const events = await stores.log.read({ userId: 'ann', after: 0, limit: 100 });
  const started1 = events.filter(({ type }) => type === 'agent_started');
  expect(started1.map(({ attempt }) => attempt)).toEqual([1, 1]);
  expect(new Set(started1.map(({ exec }) => exec)).size).toBe(2);
  expect(events.map(({ type }) => type).filter((type) => /agent_(completed|error|death|cancelled)/.test(type))).toEqual(
    ['agent_completed'],
  );
  const [run] = events.reduce(foldFeed, emptyFeed()).runs;
  expect(run?.agents).toMatchObject([
    { state: 'completed', thoughts: [{ reasoning: 'Falling asleep' }, { reasoning: 'Waking up' }] },
  ]);
  expect(statsOf([await createStatsReader(stores.log).of('ann')])).toMatchObject({
    total_executions: 1,
    completed_executions: 1,
    concurrent_executions: 0,
    max_concurrent: 1,
  });
});
