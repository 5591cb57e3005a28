import { Client, Connection } from '@temporalio/client';
import { afterEach, expect, test } from '@jest/globals';
import { createAttendance } from '../../src/reconciler/attendance.ts';
import { startScriptedTemporal, type GrpcStatus } from '../support/scripted-temporal.ts';

let closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

/** Whether a run is said to be attended where no worker polls, and its query is answered so. */
async function attended(queried: GrpcStatus): Promise<boolean> {
  const statuses = { DescribeTaskQueue: { code: 0, details: '' }, QueryWorkflow: queried };
  const server = await startScriptedTemporal({ statuses });
  closers.push(server.stop);
  const connection = await Connection.connect({ address: server.address });
  closers.push(() => connection.close());
  const { workflow } = new Client({ connection });
  return createAttendance(workflow)({ workflowId: 'w', runId: 'r', taskQueue: 'q' }, Date.now());
}

test.each([
  ['whose queue the server does not ask', 9, 'no poller seen for task queue recently'],
  ['whose time is up', 4, 'context deadline exceeded'],
  ['whose time is up as the server sees first', 1, 'Call cancelled'],
])('a run %s is not attended', async (_what, code, details) => {
  expect(await attended({ code, details })).toBe(false);
});

test('a run whose worker answers is attended, though it knows no such query', async () => {
  expect(await attended({ code: 3, details: 'did not find a handler' })).toBe(true);
});

test('a server that refuses says nothing of workers', async () => {
  await expect(attended({ code: 7, details: 'not allowed' })).rejects.toThrow();
});
