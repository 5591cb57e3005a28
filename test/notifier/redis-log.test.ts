import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { createRedisLog } from '../../src/notifier/redis-log.ts';
import { openRedis } from '../../src/notifier/open-redis.ts';
import { redisKeys } from '../../src/notifier/redis-keys.ts';
import { faultTest } from '../support/fault-test.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { newEvent } from './events.ts';
import { eventLogSuite } from './event-log-suite.ts';

const server = await startRedisServer();
afterAll(() => server.stop());

async function open(prefix: string) {
  const redis = await openRedis(server.url);
  const log = await createRedisLog(redis, { prefix });
  async function close() {
    await log.close();
    redis.disconnect();
  }
  return { ...log, close };
}

eventLogSuite('Redis', async () => ({ open: () => open('suite'), remove: async () => undefined }));

test('a Redis that is killed and started again has lost no acknowledged event', async () => {
  const log = await open('killed');
  const { epoch } = await log.head({ userId: 'u1' });
  const events = Array.from({ length: 200 }, () => newEvent('agent_thinking'));
  await Promise.all(events.map((event) => log.publish(event)));
  await server.kill();
  const late = log.publish(newEvent('agent_thinking'));
  await server.start();
  await late;
  const { length } = await log.read({ userId: 'u1', after: 0, limit: 1_000 });
  expect(length).toBe(201);
  expect((await log.head({ userId: 'u1' })).epoch).toBe(epoch);
  await log.close();
});

test('a Redis in which older code kept no ends says how its runs ended', async () => {
  const log = await open('older');
  const [ended, running] = ['ended', 'running'].map((run_id) => newEvent('run_started', { run_id }));
  const end = newEvent('run_failed', {
    run_id: 'ended',
    payload: { status: 'failed', summary: '', execution_time_ms: 1 },
  });
  await log.append([ended as NewEvent, running as NewEvent, end]);
  const redis = new Redis(server.url);
  expect(await redis.del(redisKeys('older').end('u1', end.workflow_id))).toBe(1);
  await redis.quit();
  const workflowIds = [ended, running].map((event) => (event as NewEvent).workflow_id);
  expect(await log.standings({ userId: 'u1', workflowIds })).toEqual(
    new Map([
      [workflowIds[0], { ending: { status: 'failed', endedAt: end.at, generation: 0 } }],
      [workflowIds[1], { ending: null }],
    ]),
  );
  await log.close();
});

test('a Redis that does not write at once begins a new epoch at every start, also for who follows it', async () => {
  const careless = await startRedisServer({ appendfsync: 'everysec' });
  const redis = await openRedis(careless.url);
  const log = await createRedisLog(redis);
  await log.publish(newEvent('agent_thinking'));
  const before = await log.head({ userId: 'u1' });
  const followed = log.follow({ userId: 'u1', after: 0 });
  expect((await followed.next()).value).toMatchObject({ seq: 1, epoch: before.epoch });
  await careless.kill();
  await careless.start();
  await expect(followed.next()).rejects.toMatchObject({ reason: 'log_changed' });
  expect((await log.head({ userId: 'u1' })).epoch).not.toBe(before.epoch);
  await log.close();
  redis.disconnect();
  await careless.stop();
});

faultTest(
  'a Redis that is emptied behind its connection has another epoch for whoever asks next, and for whoever follows it',
  {
    kind: 7,
    before:
      'The log gave the old epoch with the head 0; a follower waited until the new events outnumbered the lost ones.',
  },
  async () => {
    const log = await open('emptied-behind');
    await log.append(Array.from({ length: 3 }, () => newEvent('agent_thinking')));
    const before = await log.head({ userId: 'u1' });
    const followed = log.follow({ userId: 'u1', after: 2, epoch: before.epoch });
    expect((await followed.next()).value).toMatchObject({ seq: 3 });
    const redis = new Redis(server.url);
    await redis.flushall();
    await redis.quit();
    const after = await log.head({ userId: 'u1' });
    expect(after).toMatchObject({ head: 0, earliest: 1 });
    expect(after.epoch).not.toBe(before.epoch);
    await log.publish(newEvent('agent_thinking'));
    await expect(followed.next()).rejects.toMatchObject({ reason: 'log_changed' });
    await log.close();
    return 'The next head is 0 under another epoch, and the next event ends the follower with `log_changed`.';
  },
);

faultTest(
  'a run that continues on a Redis which lost its data is among the open runs again',
  {
    kind: 7,
    before: 'The log had its events and listed it neither as open nor its user: nobody would ever have ended it.',
  },
  async () => {
    const log = await open('emptied');
    await log.publish(newEvent('run_started'));
    const redis = new Redis(server.url);
    await redis.flushall();
    await redis.quit();
    await log.publish(newEvent('agent_thinking'));
    const runs = await log.openRuns();
    expect(runs.map(({ runId }) => runId)).toEqual([newEvent('run_started').run_id]);
    expect(await log.users()).toEqual(['u1']);
    await log.close();
    return `After FLUSHALL and its next event the log lists ${runs.length} open run of 1, and its user.`;
  },
);

describe('a wake-up', () => {
  const log = open('told');
  afterAll(async () => (await log).close());

  /** Follows a new user from the start; `next` gives the next `count` sequences. */
  async function follow(userId: string) {
    const followed = (await log).follow({ userId, after: 0 });
    await (await log).append([newEvent('agent_thinking', { user_id: userId })]);
    expect((await followed.next()).value).toMatchObject({ seq: 1 });
    async function next(count: number) {
      const seqs: number[] = [];
      while (seqs.length < count) seqs.push(((await followed.next()).value as { seq: number }).seq);
      return seqs;
    }
    return { next, end: () => followed.return(undefined) };
  }

  async function tell(userId: string, message: string) {
    const redis = await openRedis(server.url);
    await redis.publish(redisKeys('told').wake(userId), message);
    redis.disconnect();
  }

  const append = async (user_id: string, count: number, reasoning = '') => {
    const payload = { reasoning, step_number: 1, progress_percentage: 1 };
    await (await log).append(Array.from({ length: count }, () => newEvent('agent_thinking', { user_id, payload })));
  };

  test('that carries an event out of its place is not believed', async () => {
    const { next, end } = await follow('u-gap');
    await tell('u-gap', `7 ${JSON.stringify(newEvent('agent_thinking', { user_id: 'u-gap' }))}`);
    await tell('u-gap', `1 ${JSON.stringify(newEvent('agent_thinking', { user_id: 'u-gap' }))}`);
    await append('u-gap', 2);
    expect(await next(2)).toEqual([2, 3]);
    await end();
  });

  test('of more than a message may hold is not believed, even if it fits', async () => {
    const { next, end } = await follow('u-long');
    const payload = { reasoning: 'x'.repeat(70_000), step_number: 1, progress_percentage: 1 };
    const forged = newEvent('agent_thinking', { user_id: 'u-long', payload });
    await tell('u-long', `2 ${JSON.stringify(forged)}`);
    await append('u-long', 1);
    expect(await next(1)).toEqual([2]);
    const [kept] = await (await log).read({ userId: 'u-long', after: 1, limit: 1 });
    expect(kept?.id).not.toBe(forged.id);
    await end();
  });

  test('with too much for a message is followed by a look', async () => {
    const { next, end } = await follow('u-much');
    await append('u-much', 40, 'x'.repeat(4_000));
    await append('u-much', 1);
    expect(await next(41)).toEqual(Array.from({ length: 41 }, (_, n) => n + 2));
    await end();
  });

  test('whose message was lost is made good by the next', async () => {
    const { next, end } = await follow('u-lost');
    const redis = await openRedis(server.url);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    redis.disconnect();
    await append('u-lost', 1);
    await append('u-lost', 3);
    expect(await next(4)).toEqual([2, 3, 4, 5]);
    await end();
  });
});

test('a Redis that may evict keys is refused', async () => {
  const redis = await openRedis(server.url);
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await expect(openRedis(server.url)).rejects.toThrow(/may evict keys.*noeviction/);
  await redis.config('SET', 'maxmemory-policy', 'noeviction');
  redis.disconnect();
});

test('a Redis that refuses the password is told so at the start, with the setting and without the password', async () => {
  const strict = await startRedisServer();
  const admin = new Redis(strict.url);
  await admin.config('SET', 'requirepass', 'right');
  const at = new URL(strict.url).host;
  for (const who of ['', ':a-wrong-one@']) {
    await expect(openRedis(`redis://${who}${at}`)).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringMatching(/refuses the user or password \((?!.*a-wrong-one).*correct them in BATON_LOG/),
    });
  }
  const redis = await openRedis(`redis://:right@${at}`);
  redis.disconnect();
  admin.disconnect();
  await strict.stop();
});

test.each([
  ['redis://a,b', /several hosts: add \?sentinel=NAME/],
  ['redis://a:port', /"a:port" of BATON_LOG must be HOST:PORT/],
  ['redis://a:1/x', /must be redis:/],
])('%s is refused with the form that is right', async (url, expected) => {
  await expect(openRedis(url)).rejects.toThrow(expected);
});

test('a Redis that does not answer is named without its password', async () => {
  const refused = openRedis('redis://me:secret@127.0.0.1:1');
  await expect(refused).rejects.toThrow(/Redis does not answer at redis:\/\/127.0.0.1:1/);
});
