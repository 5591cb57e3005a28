import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { openStore } from '../../src/notifier/open-store.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

test('a run whose log was lost can be seen, started again and cancelled before it says anything', async () => {
  const { address, namespace } = shared();
  const gateway = await startTestGateway();
  const connection = await Connection.connect({ address });
  const { workflow: client } = new Client({ connection, namespace });
  const store = await openStore({ url: gateway.config.storeUrl });
  const stop = startReconciler({ ...store, client, everyMs: 200, taskQueue: gateway.taskQueue });
  const [body, path] = [{ workflow: 'costOptimization', input: {}, run_id: 'waits', request_id: 'q1' }, '/v1/runs'];
  const statusOf = async (method: string, of: string) =>
    (await gateway.call('lost', `${path}/waits${of}`, { method })).status;
  try {
    // No worker takes it, so that it says nothing.
    expect((await gateway.post('lost', path, body)).status).toBe(202);
    const db = new DatabaseSync(`${gateway.dataDir}/events.sqlite`);
    db.exec('DELETE FROM run_ids');
    db.close();
    await until(
      () => statusOf('GET', ''),
      (status) => status === 200,
    );
    const again = await gateway.post('lost', path, body);
    const other = await gateway.post('lost', path, { ...body, thread_id: 'another' });
    expect([again.status, other.status]).toEqual([200, 409]);
    expect(await statusOf('POST', '/cancel')).toBe(202);
  } finally {
    await client.getHandle('costOptimization/lost/waits').terminate();
    await stop();
    await store.close();
    await connection.close();
    await gateway.stop();
  }
});
