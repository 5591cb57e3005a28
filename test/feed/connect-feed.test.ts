import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { connectFeed } from '../../src/feed/connect-feed.ts';
import type { FeedState } from '../../src/feed/feed-state.ts';
import { faultTest } from '../support/fault-test.ts';
import { startScriptedGateway, thought } from '../support/scripted-gateway.ts';
import { untilFeed } from '../support/until-feed.ts';
import { within } from '../support/within.ts';

const shown = ({ feed }: FeedState) => feed.runs[0]?.agents[0]?.thoughts.map(({ reasoning }) => reasoning) ?? [];

test('asks for the whole feed with its token as a subprotocol, and is live once caught up', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc', runId: 'r1' });
  const { query, protocols, send } = await gateway.next();
  expect(Object.fromEntries(query)).toEqual({ after: '0', run_id: 'r1' });
  expect(protocols).toEqual(['baton.v1', 'bearer.abc']);
  expect(feed.state.connection.status).not.toBe('live');
  send({ type: 'event', event: thought(1) });
  send({ type: 'caught_up', seq: 1 });
  const state = await untilFeed(feed, ({ connection }) => connection.status === 'live');
  expect(shown(state)).toEqual(['thought 1']);
  feed.close();
});

test('after a cut resumes behind the last event seen, and shows what is sent twice once', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc' });
  const heard: number[] = [];
  const reading = (async () => {
    for await (const { seq } of feed.events()) heard.push(seq);
  })();
  const first = await gateway.next();
  for (const seq of [1, 2]) first.send({ type: 'event', event: thought(seq) });
  await untilFeed(feed, (state) => state.feed.seq === 2);
  first.socket.terminate();
  await untilFeed(feed, ({ connection }) => connection.status === 'reconnecting');
  const second = await gateway.next();
  expect(second.query.get('after')).toBe('2');
  expect(second.query.get('epoch')).toBe('e1');
  for (const seq of [2, 3]) second.send({ type: 'event', event: thought(seq) });
  const state = await untilFeed(feed, ({ feed: { seq } }) => seq === 3);
  expect(shown(state)).toEqual(['thought 1', 'thought 2', 'thought 3']);
  feed.close();
  await reading;
  expect(heard).toEqual([1, 2, 3]);
});

test('begins anew when the log is another one than before', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc' });
  const first = await gateway.next();
  for (const seq of [1, 2, 3]) first.send({ type: 'event', event: thought(seq) });
  await untilFeed(feed, (state) => state.feed.seq === 3);
  first.socket.terminate();
  const second = await gateway.next({ epoch: 'e2' });
  second.send({ type: 'resync', reason: 'log_changed', snapshot: [], seq: 0 });
  second.send({ type: 'event', event: thought(1, 'e2') });
  const state = await untilFeed(feed, ({ feed: { seq } }) => seq === 1);
  expect(shown(state)).toEqual(['thought 1']);
  feed.close();
});

test('takes a snapshot in place of events that are gone, and says so to who reads them one by one', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc', after: 4 });
  const events = feed.events();
  const first = events.next();
  const update = feed.updates().next();
  const { query, send } = await gateway.next();
  expect(query.get('after')).toBe('4');
  send({ type: 'resync', reason: 'cursor_too_old', snapshot: [{ run_id: 'old', agents: [] }], seq: 90 });
  const state = await untilFeed(feed, ({ feed: { seq } }) => seq === 90);
  expect(state.feed.runs.map(({ run_id }) => run_id)).toEqual(['old']);
  expect(await update).toMatchObject({ value: { type: 'resync', reason: 'cursor_too_old', seq: 90 } });
  await expect(first).rejects.toMatchObject({
    code: 'cursor_refused',
    message: expect.stringContaining('The events up to 90 cannot be had one by one any more (cursor_too_old)'),
  });
  feed.close();
});

test('waits as long as the server wishes when it says goodbye', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc' });
  const { send, socket } = await gateway.next();
  send({ type: 'bye', reason: 'restart', retry_ms: 7 });
  socket.close(1012, 'restart');
  const { connection } = await untilFeed(feed, (state) => state.connection.status === 'reconnecting');
  expect(connection).toEqual({ status: 'reconnecting', reason: 'restart', nextAttemptMs: 7 });
  await gateway.next();
  feed.close();
});

test('takes a gateway for lost that has promised signs of life and gives none', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc' });
  const { send } = await gateway.next({ greet: false });
  send({ type: 'hello', epoch: 'e1', head: 0, earliest: 1, retry_ms: [1, 5], ping_ms: 20 });
  send({ type: 'caught_up', seq: 0 });
  const { connection } = await untilFeed(feed, (state) => state.connection.status === 'reconnecting');
  expect(connection).toMatchObject({ reason: 'the gateway has fallen silent' });
  await gateway.next();
  feed.close();
});

test('hears a sign of life without telling its subscribers of it', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc' });
  const { send } = await gateway.next();
  const seen: FeedState[] = [];
  send({ type: 'caught_up', seq: 0 });
  await untilFeed(feed, ({ connection }) => connection.status === 'live');
  feed.subscribe((state) => seen.push(state));
  send({ type: 'caught_up', seq: 0 });
  send({ type: 'event', event: thought(1) });
  await untilFeed(feed, (state) => state.feed.seq === 1);
  expect(seen).toHaveLength(1);
  feed.close();
});

describe('asked to connect at once while an attempt is under way', () => {
  /** A feed that lost its connection, with every socket it made; none of them is greeted. */
  async function lostFeed(gateway: Awaited<ReturnType<typeof startScriptedGateway>>, token: () => Promise<string>) {
    const made: WebSocket[] = [];
    class Kept extends WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args);
        made.push(this);
      }
    }
    const feed = connectFeed({ url: gateway.url, token, WebSocket: Kept });
    (await gateway.next()).socket.terminate();
    await untilFeed(feed, ({ connection }) => connection.status === 'reconnecting');
    return { feed, made };
  }

  test('it leaves the socket that is being made, and goes on with one alone', async () => {
    await using gateway = await startScriptedGateway();
    const { feed, made } = await lostFeed(gateway, async () => 'abc');
    for (let count = 2; count <= 4; count += 1) {
      feed.retryNow();
      while (made.length < count) await nextTurn();
    }
    const live = untilFeed(feed, ({ connection }) => connection.status === 'live');
    void (async () => {
      while (feed.state.connection.status !== 'live') (await gateway.next()).send({ type: 'caught_up', seq: 0 });
    })();
    await live;
    const [last, ...earlier] = made.toReversed();
    expect(last?.readyState).toBe(WebSocket.OPEN);
    for (const { readyState } of earlier) expect(readyState).toBeGreaterThanOrEqual(WebSocket.CLOSING);
    feed.close();
  });

  test('it makes one socket, however many tokens it is waiting for', async () => {
    await using gateway = await startScriptedGateway();
    const waiting: ((token: string) => void)[] = [];
    let isFirst = true;
    const { feed, made } = await lostFeed(gateway, async () => {
      if (!isFirst) return new Promise((resolve) => waiting.push(resolve));
      isFirst = false;
      return 'first';
    });
    while (waiting.length === 0) await nextTurn();
    for (const _ of [1, 2]) feed.retryNow();
    for (const [n, give] of waiting.entries()) give(`t${n}`);
    const { protocols, send } = await gateway.next();
    send({ type: 'caught_up', seq: 0 });
    await untilFeed(feed, ({ connection }) => connection.status === 'live');
    expect(protocols).toContain(`bearer.t${waiting.length - 1}`);
    expect(made).toHaveLength(2);
    feed.close();
  });
});

test.each([
  ['after close code 4401', 4401, 'unauthorized', 'abc', true],
  ['after close code 4403', 4403, 'forbidden', (): string => 'abc', true],
  ['with a fresh token after one that was refused', 4401, 'unauthorized', (): string => 'abc', false],
] as const)('does not come back %s', async (_when, code, reason, token, greet) => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token });
  const { socket } = await gateway.next({ greet });
  socket.close(code);
  const { connection } = await untilFeed(feed, (state) => state.connection.status === 'closed');
  expect(connection).toEqual({ status: 'closed', reason });
});

test.each([
  ['later', () => Promise.reject<string>(new Error('sign-in is down'))],
  [
    'at once',
    (): string => {
      throw new Error('sign-in is down');
    },
  ],
])('asks for a fresh token before each connection, and tries again where that fails %s', async (_when, fail) => {
  await using gateway = await startScriptedGateway();
  let asked = 0;
  const feed = connectFeed({
    url: gateway.url,
    token() {
      asked += 1;
      return asked === 1 ? fail() : `t${asked}`;
    },
  });
  const { connection } = await untilFeed(feed, (state) => state.connection.status === 'reconnecting');
  expect(connection).toMatchObject({ reason: 'no token could be had: sign-in is down' });
  feed.retryNow();
  const { protocols } = await gateway.next();
  expect(protocols).toContain('bearer.t2');
  feed.close();
});

faultTest(
  'what is no frame of a gateway is a lost connection, and the feed goes on after it',
  {
    kind: 8,
    before: 'The text of a proxy in place of a frame was thrown where nobody catches, and ended a Node process.',
  },
  async () => {
    await using gateway = await startScriptedGateway();
    const thrown: unknown[] = [];
    const onThrown = (error: unknown) => void thrown.push(error);
    process.prependListener('uncaughtException', onThrown);
    const feed = connectFeed({ url: gateway.url, token: 'abc' });
    const garbage = ['<html>bad gateway</html>', 'null', '7', '{}', '{"type":"event"}', '{"type":"resync","seq":1}'];
    const outcomes: string[] = [];
    for (const text of garbage) {
      const { socket } = await gateway.next();
      const closed = once(socket, 'close').then(() => 'given up');
      socket.send(text);
      outcomes.push(await within(1_000, closed));
      socket.terminate();
    }
    const last = await gateway.next();
    last.send({ type: 'event', event: thought(1) });
    await untilFeed(feed, (state) => state.feed.seq === 1);
    feed.close();
    process.off('uncaughtException', onThrown);
    expect(outcomes).toEqual(garbage.map(() => 'given up'));
    expect(thrown).toEqual([]);
    return `${garbage.length} kinds of garbage each cost one reconnection; the feed is whole after them.`;
  },
);
