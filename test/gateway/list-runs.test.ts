import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { executionsByStart } from '../../src/client/executions-by-start.ts';
import { faultTest } from '../support/fault-test.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestClient } from '../support/test-client.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { until } from '../support/until.ts';

type Page = { runs: { run_id: string; status: string }[]; next_cursor: string | null };

const { agents, open } = gatedAgents();
const ann = `ann-${randomUUID()}`;
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let at: Awaited<ReturnType<typeof startTestClient>>;

async function page(query = ''): Promise<Page> {
  return (await (await gateway.call(ann, `/v1/runs${query}`)).json()) as Page;
}

async function start(name: string, agent: string, threadId?: string) {
  const baton = await at.clientOf(ann);
  return baton.start('runAgent', { agent, input: { name } }, { runId: name, threadId });
}

const idsOf = ({ runs }: Page) => runs.map(({ run_id }) => run_id);

beforeAll(async () => {
  at = await startTestClient({ agents });
  gateway = await startTestGateway({ taskQueue: at.taskQueue, env: { BATON_DATA_DIR: at.dataDir } });
  const first = await start('a', 'gated', 't1');
  await start('b', 'gated', 't2');
  await (await start('c', 'quick', 't1')).result();
  await (await start('d', 'failing', 't1')).result();
  await (await start('e', 'quick', 't2')).result();
  // The first to start is the last to end: neither openness nor the end is the order.
  open('a');
  await first.result();
  // Visibility lags behind history by moments.
  await until(async () => (await page('?status=completed')).runs.length === 3 && (await page()).runs.length === 5);
});
afterAll(async () => {
  open('b');
  await gateway.stop();
  await at.stop();
});

test('are listed newest first by their start, whether they have ended or not', async () => {
  expect(idsOf(await page())).toEqual(['e', 'd', 'c', 'b', 'a']);
});

test('by pages each comes once, also when a new one starts or one ends between two pages', async () => {
  const first = await page('?limit=2');
  expect(idsOf(first)).toEqual(['e', 'd']);
  await (await start('f', 'quick', 't3')).result();
  await until(async () => idsOf(await page('?thread_id=t3')).includes('f'));
  const second = await page(`?limit=2&cursor=${first.next_cursor}`);
  const third = await page(`?limit=2&cursor=${second.next_cursor}`);
  expect([idsOf(second), idsOf(third), third.next_cursor]).toEqual([['c', 'b'], ['a'], null]);
});

test('a run that was tried again is one run, at the place of its last start', async () => {
  const before = await page('?limit=1');
  await (await (await at.clientOf(ann)).find('d'))?.retry();
  // It ends as before, so that the runs of the next tests stand still.
  await until(async () => {
    const [newest] = (await page('?limit=1')).runs;
    return newest?.run_id === 'd' && newest.status === 'failed';
  });
  expect(idsOf(await page()).filter((id) => id === 'd')).toHaveLength(1);
  expect(idsOf(await page(`?cursor=${before.next_cursor}`))).not.toContain('d');
});

test('are filtered by status and by thread, and by both', async () => {
  expect(idsOf(await page('?thread_id=t2'))).toEqual(['e', 'b']);
  expect(idsOf(await page('?status=running'))).toEqual(['b']);
  expect(idsOf(await page('?status=completed&thread_id=t1'))).toEqual(['c', 'a']);
  expect(await page('?thread_id=t9')).toEqual({ runs: [], next_cursor: null });
});

test.each(['-1', '1e99', 'text', 'ICA', ''])('a cursor %j that no page gave is refused', async (cursor) => {
  const answer = await gateway.call(ann, `/v1/runs?cursor=${cursor}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ path: '/cursor' }] });
});

test('where there are more than can be sorted at once, the order is the same', async () => {
  const query = `BatonUser = '${ann}'`;
  const all: number[] = [];
  const read = executionsByStart(at.temporal.workflow, { query, page: 2, windowMs: 20 });
  for await (const { startTime } of read) all.push(startTime.getTime());
  expect(all.length).toBeGreaterThan(5);
  expect(all).toEqual(all.toSorted((a, b) => b - a));
});

faultTest(
  'a gateway reads its settings once: what the environment says later changes no answer',
  {
    kind: 24,
    before: 'Each request read environment and files again: a variable that was set later turned it into a 422.',
  },
  async () => {
    const statusOf = async () => (await gateway.call(ann, '/v1/runs?limit=1')).status;
    const statuses = [];
    process.env.BATON_RETENTION_DAYS = 'not a number';
    try {
      statuses.push(await statusOf(), await statusOf());
    } finally {
      delete process.env.BATON_RETENTION_DAYS;
    }
    expect(statuses).toEqual([200, 200]);
    return 'Requests are answered with 200; no file and no variable is read for them.';
  },
);
