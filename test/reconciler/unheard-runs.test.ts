import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { createUnheardRuns } from '../../src/reconciler/unheard-runs.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const taskQueue = `unheard-${randomUUID()}`;
let connection: Connection;
let client: Client['workflow'];
let handles: WorkflowHandle[];
beforeAll(async () => {
  const { address, namespace } = shared();
  connection = await Connection.connect({ address });
  ({ workflow: client } = new Client({ connection, namespace }));
  const kind = defineSearchAttributeKey('BatonKind', SearchAttributeType.KEYWORD);
  const typedSearchAttributes = new TypedSearchAttributes([{ key: kind, value: 'runAgent' }]);
  handles = [];
  // One after the other, as the list is in the order of their start; no worker is there to take them.
  for (const run of ['a', 'b', 'c', 'd', 'e']) {
    const workflowId = `runAgent/${taskQueue}/${run}`;
    handles.push(await client.start('runAgent', { workflowId, taskQueue, typedSearchAttributes, args: [] }));
  }
});
afterAll(() => connection.close());

const listed = async (status: string) => {
  const found: string[] = [];
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = '${status}'`;
  for await (const { workflowId } of client.list({ query })) found.push(workflowId);
  return found;
};
const runs = (found: { runId: string }[]) => found.map(({ runId }) => runId);
const idsOf = (...names: string[]) => new Set(names.map((run) => `runAgent/${taskQueue}/${run}`));

test('an unheard run is found, however many younger ones have been heard of', async () => {
  await until(
    () => listed('Running'),
    ({ length }) => length === 5,
  );
  const unheard = createUnheardRuns({ client, taskQueue, limit: 2 });
  expect(runs(await unheard.find(idsOf()))).toEqual(['e', 'd']);
  expect(runs(await unheard.find(idsOf('e', 'd', 'c')))).toEqual(['b', 'a']);
});

test('a closed run is found, however many that were closed after it are settled', async () => {
  for (const handle of handles) await handle.terminate();
  await until(
    () => listed('Terminated'),
    ({ length }) => length === 5,
  );
  const unheard = createUnheardRuns({ client, taskQueue, limit: 2 });
  const found: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const some = await unheard.find(new Set());
    found.push(...runs(some));
    some.forEach(unheard.settled);
  }
  expect(found).toEqual(['e', 'd', 'c', 'b', 'a']);
  expect(await unheard.find(new Set())).toEqual([]);
});
