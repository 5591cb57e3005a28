import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NativeConnection } from '@temporalio/worker';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect } from '../../src/client.ts';
import { statsSchema, type Stats } from '../../src/contracts/stats.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { createWorker } from '../../src/worker.ts';
import { callBaton } from '../cli/call-baton.ts';
import { shared } from '../support/test-run.ts';

/** Does what its input says: succeeds at once, recovers on its second attempt, fails, is silent or hangs. */
const worker = defineAgent({
  name: 'worker',
  input: z.object({ mode: z.enum(['succeed', 'recover', 'fail', 'silent', 'hang']) }),
  output: z.object({ done: z.boolean() }),
  timeoutMs: 2_000,
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  async run({ mode }, { attempt, signal }) {
    if (mode === 'fail' || (mode === 'recover' && attempt === 1)) throw new Error('broken');
    if (mode === 'hang')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return mode === 'silent' ? (undefined as never) : { done: true };
  },
});

const { address, namespace, workflowBundle } = shared();
const taskQueue = `test-stats-${randomUUID()}`;
const app = defineApp({ agents: [worker] });
let dataDir: string;
let store: Awaited<ReturnType<typeof openStore>>;
let connection: NativeConnection;
let stopWorker: () => Promise<void>;

async function startWorker() {
  store = await openStore({ url: `sqlite:${join(dataDir, 'events.sqlite')}` });
  const own = await createWorker({ connection, namespace, app, notifier: store.log, taskQueue, workflowBundle });
  const running = own.run();
  stopWorker = async () => {
    own.shutdown();
    await running;
    await store.close();
  };
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'baton-stats-'));
  connection = await NativeConnection.connect({ address });
  await startWorker();
});
afterAll(async () => {
  await stopWorker();
  await connection.close();
  await rm(dataDir, { recursive: true, force: true });
});

const clientOf = (user: string) => connect({ user, app, address, namespace, dataDir, taskQueue });

async function runs(user: string, modes: string[]): Promise<Stats> {
  await using baton = await clientOf(user);
  for (const mode of modes) await (await baton.start('runAgent', { agent: 'worker', input: { mode } })).result();
  return baton.stats();
}

const ANN = {
  total_executions: 5,
  completed_executions: 2,
  failed_executions: 3,
  timeout_executions: 1,
  dead_executions: 1,
  retried_executions: 2,
  concurrent_executions: 0,
  max_concurrent: 1,
  active_runs: 0,
};

test('statistics of a user are those of their runs, and survive their worker', async () => {
  const before = await runs('ann', ['succeed', 'recover', 'fail', 'silent', 'hang']);
  expect(statsSchema.parse(before)).toMatchObject({ ...ANN, agents: { worker: { total_executions: 5 } } });
  expect(before.events).toMatchObject({ users: 1, runs: 5 });
  expect(before.history).toHaveLength(5);
  expect(before.history[0]).toMatchObject({
    user_id: 'ann',
    workflow: 'runAgent',
    executions: 1,
    failed_executions: 1,
  });
  expect(before.max_execution_time).toBeGreaterThanOrEqual(1.9);
  expect(before.max_queue_wait_time).toBeGreaterThan(0);

  await stopWorker();
  await startWorker();
  await using baton = await clientOf('ann');
  expect(await baton.stats()).toEqual(before);

  expect(await runs('ann', ['succeed'])).toMatchObject({ ...ANN, total_executions: 6, completed_executions: 3 });
  expect(await runs('bob', ['fail'])).toMatchObject({ total_executions: 1, failed_executions: 1, events: { runs: 1 } });
});

test('a client goes on from what it read before, and pages the history', async () => {
  await using baton = await clientOf('cleo');
  expect(await baton.stats()).toMatchObject({ total_executions: 0, events: { total: 0, users: 0 }, history: [] });
  await runs('cleo', ['succeed', 'succeed', 'succeed']);
  const first = await baton.stats({ limit: 2 });
  expect(first).toMatchObject({ total_executions: 3, max_concurrent: 1 });
  const second = await baton.stats({ limit: 2, cursor: first.next_cursor ?? undefined });
  expect(second.next_cursor).toBeNull();
  const ids = [...first.history, ...second.history].map(({ run_id }) => run_id);
  expect(new Set(ids).size).toBe(3);
});

test('the command prints them for one user and for all, without a server', async () => {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const all = await callBaton(['stats', '--json'], { dataDir, env });
  expect(all.code).toBe(0);
  const total = statsSchema.parse(JSON.parse(all.stdout));
  expect(total).toMatchObject({ total_executions: 10, failed_executions: 4, events: { users: 3, runs: 10 } });
  const one = await callBaton(['stats', '--user', 'bob', '--json'], { dataDir, env });
  expect(JSON.parse(one.stdout)).toMatchObject({ total_executions: 1, history: [{ user_id: 'bob' }] });
  const text = await callBaton(['stats', '--history', '1'], { dataDir, env });
  expect(text.stdout).toMatch(/worker +10 +4 +1 +1 +0 +3 +0 +0 +1/);
  expect(text.stdout).toContain('--cursor');
  const { events, max_queue_wait_time, max_execution_time } = total;
  const times = [events.duration, events.mean_gap, events.max_gap, events.min_gap];
  for (const time of [max_queue_wait_time, max_execution_time, ...times]) {
    expect(text.stdout).toContain(`${time.toFixed(3)} s`);
  }
  expect(text.stdout).toMatch(/CANCELLED +RETRIED +UNDONE .*MAX WAIT/);
});
