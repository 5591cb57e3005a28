import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import app from '../../examples/own-workflow/app.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { createWorker } from '../../src/worker.ts';
import { recordingNotifier } from '../../src/testing/recording-notifier.ts';
import { outcomeOf, shared } from '../support/test-run.ts';

const { address, namespace } = shared();
const taskQueue = `own-${randomUUID()}`;
const recorder = recordingNotifier();
let native: NativeConnection;
let connection: Connection;
let worker: Worker;
let running: Promise<void>;
beforeAll(async () => {
  native = await NativeConnection.connect({ address });
  connection = await Connection.connect({ address });
  worker = await createWorker({ connection: native, namespace, app, notifier: recorder.notifier, taskQueue });
  running = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
});

async function trip(input: { sku: string; approve?: boolean }) {
  const runId = randomUUID();
  const context = { user_id: 'u1', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = Object.fromEntries(app.agents.map((agent) => [agent.name, limitsOf(agent)]));
  const workflowId = workflowIdOf({ workflow: 'trip', userId: 'u1', runId });
  const args = [{ context, input, limits, timeout_ms: 60_000 }];
  const handle = await new Client({ connection, namespace }).workflow.start('trip', { workflowId, taskQueue, args });
  return { handle, runId };
}

test('runs beside the workflows that ship with Baton, with its agents as typed functions', async () => {
  const { handle } = await trip({ sku: 'map' });
  await expect(outcomeOf(handle)).resolves.toMatchObject({
    status: 'completed',
    result: { receipt: 'map for 300 cents' },
  });
});

test('undoes its saga when an agent fails', async () => {
  const { handle, runId } = await trip({ sku: 'sold-out' });
  await expect(outcomeOf(handle)).resolves.toMatchObject({ status: 'failed' });
  const undone = recorder.of(runId).filter(({ type }) => type === 'compensation_completed');
  expect(undone.map(({ payload }) => [payload.agent, payload.success])).toEqual([['release', true]]);
});

test('asks its user', async () => {
  const { handle, runId } = await trip({ sku: 'map', approve: true });
  const asked = await recorder.until(({ run_id, type }) => run_id === runId && type === 'approval_requested');
  expect(asked.payload).toMatchObject({ question: 'Buy map for 300 cents?' });
  await handle.signal('decide', { approval_id: 'approval-1', decision: 'reject', by: 'ann' });
  await expect(outcomeOf(handle)).resolves.toMatchObject({ result: { receipt: null } });
});
