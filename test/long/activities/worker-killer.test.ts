import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { AnyAgent } from '../../../src/agents/define-agent.ts';
import { limitsOf } from '../../../src/agents/limits-of.ts';
import { workflowIdOf } from '../../../src/contracts/names.ts';
import type { AgentOutcome } from '../../../src/contracts/run.ts';
import { faultTest } from '../../support/fault-test.ts';
import { newStoreFolder } from '../../support/open-test-stores.ts';
import { isRunning } from '../../support/process-gone.ts';
import { spawnAgentWorker } from '../../support/spawn-worker.ts';
import { outcomeOf, shared } from '../../support/test-run.ts';
import { until } from '../../support/until.ts';
import { killer, localKiller } from '../../support/worker-killer.ts';

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

async function start(taskQueue: string, agent: AnyAgent): Promise<WorkflowHandle> {
  const runId = randomUUID();
  const { name } = agent;
  const context = { user_id: 'ann', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = { [name]: limitsOf(agent) };
  const args = [{ context, input: { agent: name, input: {} }, limits, timeout_ms: 120_000 }];
  const workflowId = workflowIdOf({ workflow: 'runAgent', userId: 'ann', runId });
  // So long the server waits for a workflow's task whose worker is gone.
  return client.workflow.start('runAgent', { workflowId, taskQueue, args, workflowTaskTimeout: 2_000 });
}

const outcomeOfAgent = async (handle: WorkflowHandle) => (await outcomeOf<AgentOutcome>(handle)).result;

/** More workers than this are not given to the agent. */
const MOST_DEATHS = 5;

/** Gives the agent one worker after the other until its run has ended. */
async function deathsBy(agent: AnyAgent) {
  const taskQueue = `killer-${randomUUID()}`;
  const handle = await start(taskQueue, agent);
  const isOpen = async () => (await handle.describe()).status.name === 'RUNNING';
  let deaths = 0;
  while (deaths < MOST_DEATHS && (await isOpen())) {
    const worker = await spawnOn(taskQueue);
    const left = await until(
      async () => ({ open: await isOpen(), alive: isRunning(worker.pid) }),
      ({ open, alive }) => !open || !alive,
    );
    if (!left.alive) deaths += 1;
    if (left.alive) await worker.kill();
  }
  return { handle, deaths };
}

faultTest(
  'an agent that kills its worker is not given to a fourth one',
  { kind: 8, before: 'an agent that killed its worker killed six of them, one after the other' },
  async () => {
    const { handle, deaths } = await deathsBy(killer);
    expect(deaths).toBe(3);
    const outcome = await outcomeOfAgent(handle);
    expect(outcome).toMatchObject({ success: false, error: { type: 'HeartbeatLost' } });
    return `${deaths} workers died; the next one ended the agent: ${outcome?.error?.message}`;
  },
);

faultTest(
  "an agent in the workflow's own task that kills its worker is not given to a fourth one either",
  { kind: 8, before: 'an agent in the task of its workflow killed every worker that took it, without end' },
  async () => {
    const { handle, deaths } = await deathsBy(localKiller);
    expect(deaths).toBe(3);
    const outcome = await outcomeOfAgent(handle);
    expect(outcome).toMatchObject({ success: false, error: { type: 'HeartbeatLost' } });
    return `${deaths} workers died; the next one ended the agent: ${outcome?.error?.message}`;
  },
);
