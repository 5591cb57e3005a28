import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { limitsOf } from '../../../src/agents/limits-of.ts';
import { workflowIdOf } from '../../../src/contracts/names.ts';
import type { AgentOutcome } from '../../../src/contracts/run.ts';
import { faultTest } from '../../support/fault-test.ts';
import { newStoreFolder } from '../../support/open-test-stores.ts';
import { isRunning } from '../../support/process-gone.ts';
import { spawnAgentWorker } from '../../support/spawn-worker.ts';
import { outcomeOf, shared } from '../../support/test-run.ts';
import { until } from '../../support/until.ts';
import { killer } from '../../support/worker-killer.ts';

const { address, namespace, workflowBundle } = shared();
const module = new URL('../../support/worker-killer.ts', import.meta.url);
const { codePath } = workflowBundle;
const folder = newStoreFolder();
let connection: Connection;
let client: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
});
afterAll(async () => {
  await connection.close();
  folder.remove();
});

const spawnOn = (taskQueue: string) =>
  spawnAgentWorker({ address, taskQueue, codePath, storePath: folder.path, module, shutdownGraceMs: 50 });

async function start(taskQueue: string): Promise<WorkflowHandle> {
  const runId = randomUUID();
  const context = { user_id: 'ann', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const args = [
    { context, input: { agent: 'killer', input: {} }, limits: { killer: limitsOf(killer) }, timeout_ms: 120_000 },
  ];
  const workflowId = workflowIdOf({ workflow: 'runAgent', userId: 'ann', runId });
  return client.workflow.start('runAgent', { workflowId, taskQueue, args });
}

const outcomeOfAgent = async (handle: WorkflowHandle) => (await outcomeOf<AgentOutcome>(handle)).result;

faultTest(
  'an agent that kills its worker is not given to a fourth one',
  { kind: 8, before: 'an agent that killed its worker killed six of them, one after the other' },
  async () => {
    const taskQueue = `killer-${randomUUID()}`;
    const handle = await start(taskQueue);
    const isOpen = async () => (await handle.describe()).status.name === 'RUNNING';
    let deaths = 0;
    while (await isOpen()) {
      const worker = await spawnOn(taskQueue);
      const left = await until(
        async () => ({ open: await isOpen(), alive: isRunning(worker.pid) }),
        ({ open, alive }) => !open || !alive,
      );
      if (!left.alive) deaths += 1;
      if (left.alive) await worker.kill();
    }
    const outcome = await outcomeOfAgent(handle);
    expect(outcome).toMatchObject({ success: false, error: { type: 'HeartbeatLost' } });
    expect(deaths).toBe(3);
    return `${deaths} workers died; the next one ended the agent: ${outcome?.error?.message}`;
  },
);
