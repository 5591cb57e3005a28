import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { followRun } from '../../src/client/follow-run.ts';
import { openFeedSource } from '../../src/client/feed-source.ts';
import { runState } from '../../src/client/run-state.ts';
import { tellRun } from '../../src/client/tell-run.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { startTestClient } from '../support/test-client.ts';
import { thought } from '../support/test-gateway.ts';
import { until } from '../support/until.ts';

const { agents, open } = gatedAgents();
let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents });
});
afterAll(() => at.stop());

const agentCall = (agent: string, name: string = randomUUID()) => ({ agent, input: { name } });

async function typesOf(events: AsyncIterable<BatonEvent>, last?: string): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of events) {
    types.push(type);
    if (type === last) break;
  }
  return types;
}

describe('execute', () => {
  test('gives the typed outcome of a run, also of one that failed, and is idempotent', async () => {
    const baton = await at.clientOf('ann');
    const outcome = await baton.execute('runAgent', agentCall('quick', 'fast'), { requestId: 'q1' });
    const agent: string | undefined = outcome.result?.agent;
    expect([outcome.status, agent]).toEqual(['completed', 'quick']);
    expect(await baton.execute('runAgent', agentCall('quick', 'fast'), { requestId: 'q1' })).toEqual(outcome);
    const failed = await baton.execute('runAgent', agentCall('failing'));
    expect(failed).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('it never works') } });
  });
});

describe('the events of a run', () => {
  test('end at its end, whatever the cursor, and at once where nothing more comes', async () => {
    const baton = await at.clientOf('ben');
    const run = await baton.start('runAgent', agentCall('quick'));
    const all = [];
    for await (const { seq } of run.events()) all.push(seq);
    for (const after of [0, 1, all.at(-1) as number])
      expect(await typesOf(run.events({ after }))).toHaveLength(all.filter((seq) => seq > after).length);
    // A cursor of another run of this user, past this one's end.
    const next = await baton.start('runAgent', agentCall('quick'));
    await typesOf(next.events());
    expect(await typesOf(run.events({ after: (all.at(-1) as number) + 1 }))).toEqual([]);
  });

  test('go on where a failed run was tried again, from any cursor', async () => {
    const baton = await at.clientOf('cleo');
    const run = await baton.start('runAgent', agentCall('failing'));
    let seen = 0;
    for await (const { seq } of run.events()) seen = seq;
    await run.result();
    await run.retry();
    const again = await typesOf(run.events({ after: seen }));
    expect([again[0], again.at(-1)]).toEqual(['run_restarted', 'run_failed']);
    const all = await typesOf(run.events());
    expect(all.filter((type) => type === 'run_failed')).toHaveLength(2);
    expect(all.slice(-again.length)).toEqual(again);
  });

  test('stop when the caller aborts', async () => {
    const baton = await at.clientOf('dora');
    const name = randomUUID();
    const run = await baton.start('runAgent', agentCall('gated', name));
    const leaving = new AbortController();
    const seen: string[] = [];
    for await (const { type } of run.events({ signal: leaving.signal })) {
      seen.push(type);
      if (type === 'agent_thinking') leaving.abort();
    }
    expect(seen.at(-1)).toBe('agent_thinking');
    open(name);
    await run.result();
  });

  test('are refused after a cursor that the log never gave', async () => {
    const baton = await at.clientOf('eve');
    const run = await baton.start('runAgent', agentCall('quick'));
    await run.result();
    await expect(typesOf(run.events({ after: 1_000_000 }))).rejects.toMatchObject({
      type: 'InvalidInput',
      code: 'cursor_refused',
      details: { reason: 'cursor_ahead' },
    });
  });
});

describe('an outage of the log', () => {
  const follow = (feed: Awaited<ReturnType<typeof openFeedSource>>, outageMs?: number) =>
    followRun({
      client: at.temporal.workflow,
      feed,
      workflowId: 'costOptimization/finn/r1',
      userId: 'finn',
      runId: 'r1',
      after: 0,
      outageMs,
    })[Symbol.asyncIterator]();

  test('is survived by whoever follows a run, and told if it lasts', async () => {
    const redis = await startRedisServer();
    const store = await openStore({ url: redis.url });
    const feed = await openFeedSource({ storeUrl: redis.url, fsync: 'normal' });
    await store.log.append([thought('finn', 1)]);
    const [events, hasty] = [follow(feed), follow(feed, 0)];
    const told = [(await events.next()).value?.seq, (await hasty.next()).value?.seq];
    const next = events.next();
    const refused = expect(hasty.next()).rejects.toMatchObject({
      type: 'NetworkError',
      message: expect.stringContaining('BATON_LOG'),
    });
    await redis.kill();
    await refused;
    await redis.start();
    await store.log.append([thought('finn', 2)]);
    told.push((await next).value?.seq);
    expect(told).toEqual([1, 1, 2]);
    await events.return?.(undefined);
    await feed.close();
    await store.close();
    await redis.stop();
  });
});

test('runs are listed by thread and by status, newest first', async () => {
  const baton = await at.clientOf(`hana-${randomUUID()}`);
  const ids: string[] = [];
  for (const [agent, threadId] of [
    ['quick', 't1'],
    ['failing', 't1'],
    ['quick', 't2'],
  ] as const) {
    const run = await baton.start('runAgent', agentCall(agent), { threadId });
    await run.result();
    ids.push(run.runId);
  }
  const [first, second, third] = ids;
  const listed = async (filter: Parameters<typeof baton.runs>[0]) =>
    (await baton.runs(filter)).map(({ run_id }) => run_id);
  // Visibility lags behind history by moments.
  const asked = () =>
    Promise.all([listed({ status: 'completed' }), listed({ status: 'failed' }), listed({ open: true })]);
  await until(asked, ([done, failed, open]) => done.length >= 2 && failed.length >= 1 && open.length === 0);
  expect(await listed({})).toEqual([third, second, first]);
  expect(await listed({ thread: 't1' })).toEqual([second, first]);
  expect(await listed({ thread: 't1', status: 'failed' })).toEqual([second]);
  expect(await listed({ limit: 1 })).toEqual([third]);
  expect(await listed({ open: true })).toEqual([]);
});

test('with no worker up, the state is told to need one, and a pause is kept for the next one', async () => {
  const baton = await at.clientOf('gus');
  const name = randomUUID();
  const run = await baton.start('runAgent', agentCall('gated', name));
  await typesOf(run.events(), 'agent_thinking');
  open(name);
  await run.result();
  await at.stopWorkers();
  const waiting = await baton.start('runAgent', agentCall('quick'));
  const how = { client: at.temporal.workflow, workflowId: waiting.workflowId, patienceMs: 300 };
  await expect(runState(how)).rejects.toMatchObject({ type: 'NetworkError', code: 'no_worker' });
  await tellRun({ ...how, message: 'pause', payload: { by: 'gus' } });
  expect(await waiting.describe()).toMatchObject({ status: 'queued', ended_at: null });
  await at.startWorker();
  await typesOf(waiting.events(), 'run_paused');
  expect(await waiting.state()).toMatchObject({ paused_by: 'gus', status: 'paused' });
  await waiting.resume();
  expect(await waiting.result()).toMatchObject({ status: 'completed' });
  expect(await typesOf(waiting.events())).toEqual(expect.arrayContaining(['run_paused', 'run_resumed']));
});
