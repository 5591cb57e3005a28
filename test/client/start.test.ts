import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect, type BatonClient } from '../../src/client.ts';
import { triageInput, triageOutput } from '../../src/contracts/cost-optimization.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { createWorker } from '../../src/worker.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

/** Ends without data, fails or waits for its cancel, as the request says. */
const triage = defineAgent({
  name: 'triage',
  input: triageInput,
  output: triageOutput,
  retry: { maxAttempts: 1 },
  async run({ request }, { signal, think }) {
    think('Reading', { progress: 10 });
    if (request === 'fail') throw new Error('nothing to be read');
    if (request === 'wait')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return {
      data_sufficiency: 'insufficient' as const,
      reason: 'no rows',
      format: null,
      grade: null,
      files: [],
      stated_monthly_usd: null,
    };
  },
});

const { address, namespace, workflowBundle } = shared();
const taskQueue = `test-client-${randomUUID()}`;
const app = defineApp({ agents: [triage] });
let dataDir: string;
let store: Awaited<ReturnType<typeof openStore>>;
let connection: NativeConnection;
let worker: Worker;
let running: Promise<void>;
const clients: BatonClient[] = [];

async function clientOf(user: string): Promise<BatonClient> {
  const client = await connect({ user, app, address, namespace, dataDir, taskQueue });
  clients.push(client);
  return client;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'baton-client-'));
  store = await openStore({ url: `sqlite:${join(dataDir, 'events.sqlite')}` });
  connection = await NativeConnection.connect({ address });
  worker = await createWorker({ connection, namespace, app, notifier: store.log, taskQueue, workflowBundle });
  running = worker.run();
});
afterAll(async () => {
  for (const client of clients) await client.close();
  worker.shutdown();
  await running;
  await connection.close();
  await store.close();
  await rm(dataDir, { recursive: true, force: true });
});

describe('a started run', () => {
  test('is typed by its workflow and gives its result', async () => {
    const baton = await clientOf('ann');
    // @ts-expect-error files are a list
    await expect(baton.start('costOptimization', { files: 7 })).rejects.toMatchObject({ type: 'InvalidInput' });
    const run = await baton.start('costOptimization', { request: 'end' });
    const outcome = await run.result();
    expect(outcome).toMatchObject({ status: 'insufficient_data', result: { status: 'insufficient_data' } });
  });

  test('is told event by event, and goes on after the last one that was seen', async () => {
    const baton = await clientOf('ben');
    const run = await baton.start('costOptimization', { request: 'end' });
    const all = [];
    for await (const event of run.events()) all.push(event);
    expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
    expect(all.at(-1)?.type).toBe('run_completed');
    const rest = [];
    for await (const event of run.events({ after: 2 })) rest.push(event);
    expect(rest).toEqual(all.slice(2));
  });

  test('is the same one for the same request, and a conflict for another', async () => {
    const baton = await clientOf('cleo');
    const first = await baton.start('costOptimization', { request: 'end' }, { requestId: 'q1' });
    const again = await baton.start('costOptimization', { request: 'end' }, { requestId: 'q1' });
    expect([again.runId, first.repeated, again.repeated]).toEqual([first.runId, false, true]);
    await expect(baton.start('costOptimization', { request: 'other' }, { requestId: 'q1' })).rejects.toMatchObject({
      code: 'request_conflict',
    });
    const other = await clientOf('carl');
    const theirs = await other.start('costOptimization', { request: 'other' }, { requestId: 'q1' });
    expect(theirs.runId).not.toBe(first.runId);
  });

  test.each(['null', 'undefined', 'default', 'placeholder_1', ''])('refuses the placeholder "%s"', async (id) => {
    const baton = await clientOf('dora');
    await expect(baton.start('costOptimization', {}, { threadId: id })).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});

describe('a run that ends otherwise is an outcome', () => {
  test('failed', async () => {
    const run = await (await clientOf('eve')).start('costOptimization', { request: 'fail' });
    const outcome = await run.result();
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('nothing to be read') },
    });
  });

  test('cancelled, and cancelling it again does nothing', async () => {
    const run = await (await clientOf('finn')).start('costOptimization', { request: 'wait' });
    for await (const { type } of run.events()) if (type === 'agent_thinking') break;
    await run.cancel();
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
    await run.cancel();
  });
});

describe('one user', () => {
  test('lists own runs only, by thread', async () => {
    const [gus, hana] = [await clientOf('gus'), await clientOf('hana')];
    const run = await gus.start('costOptimization', { request: 'end' }, { threadId: 't7' });
    await run.result();
    expect(await hana.runs()).toEqual([]);
    // Visibility lags behind history by moments.
    const listed = await until(
      () => gus.runs({ thread: 't7' }),
      ({ length }) => length > 0,
    );
    expect(listed.map(({ run_id }) => run_id)).toEqual([run.runId]);
  });

  test('is told where no server answers', async () => {
    await expect(connect({ user: 'ida', address: '127.0.0.1:1', dataDir })).rejects.toMatchObject({
      type: 'NetworkError',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });
});
