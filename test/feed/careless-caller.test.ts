import { expect, test } from '@jest/globals';
import { connectFeed, type FeedOptions } from '../../src/feed/connect-feed.ts';
import { faultTest } from '../support/fault-test.ts';
import { startScriptedGateway, thought } from '../support/scripted-gateway.ts';
import { untilFeed } from '../support/until-feed.ts';

const good: FeedOptions = { url: 'http://127.0.0.1:9', token: 'abc' };

const CARELESS: [what: string, given: Partial<Record<keyof FeedOptions, unknown>>, named: RegExp][] = [
  ['an address without a scheme', { url: 'localhost:8080' }, /url must begin with http/],
  ['an address that is none', { url: '127.0.0.1:8080' }, /url "127.0.0.1:8080" must be as http/],
  ['no address', { url: undefined }, /url "undefined" must be/],
  ['a file', { url: 'file:///tmp/x' }, /url must begin with http:\/\/ or https:\/\/, not file:/],
  ['no token', { token: undefined }, /token must be a JWT, or a function/],
  ['an empty token', { token: '\n' }, /token must be a JWT/],
  ['a token in two words', { token: 'Bearer abc' }, /token must be a JWT/],
  ['a sequence below 0', { after: -1 }, /after must be a whole number of at least 0/],
  ['no time to connect', { connectTimeoutMs: 0 }, /connectTimeoutMs must be a number of milliseconds above 0/],
  ['a run id that no URL reaches', { runId: '..' }, /runId must be more than dots/],
];

faultTest(
  'what connectFeed cannot use is refused at the call, by its name',
  { kind: 25, before: 'All ten calls were taken: a rejection that nobody handled, or a feed that connected for ever.' },
  async () => {
    const said = CARELESS.map(([what, given, named]) => {
      try {
        connectFeed({ ...good, WebSocket: class {} as never, ...given } as FeedOptions).close();
        return { what, said: 'taken', named };
      } catch (error) {
        return { what, said: error instanceof TypeError ? error.message : String(error), named };
      }
    });
    expect(said.filter((each) => !each.named.test(each.said))).toEqual([]);
    return `All ${said.length} are refused with a TypeError that says what is wrong.`;
  },
);

test('a token that ends in a line break is taken without it', async () => {
  await using gateway = await startScriptedGateway();
  const feed = connectFeed({ url: gateway.url, token: 'abc\n' });
  expect((await gateway.next()).protocols).toEqual(['baton.v1', 'bearer.abc']);
  feed.close();
});

test('a listener that throws is reported, and disturbs neither the others nor the feed', async () => {
  await using gateway = await startScriptedGateway();
  const errors: unknown[] = [];
  const feed = connectFeed({ url: gateway.url, token: 'abc', onError: (error) => errors.push(error) && fail('too') });
  feed.subscribe(() => fail('not mine'));
  const heard: number[] = [];
  feed.subscribe(({ feed: { seq } }) => heard.push(seq));
  const { send } = await gateway.next();
  send({ type: 'event', event: thought(1) });
  send({ type: 'caught_up', seq: 1 });
  await untilFeed(feed, ({ connection }) => connection.status === 'live');
  expect(heard.at(-1)).toBe(1);
  expect(errors.length).toBeGreaterThan(1);
  expect(errors[0]).toEqual(new Error('not mine'));
  feed.close();
});

test('a token function that fails is asked again, with the reason shown; one that gives no token closes the feed', async () => {
  await using gateway = await startScriptedGateway();
  let asked = 0;
  const feed = connectFeed({ url: gateway.url, token: () => (++asked === 1 ? fail('the provider is away') : 'abc') });
  const { connection } = await untilFeed(feed, (state) => state.connection.status === 'reconnecting');
  expect(connection).toMatchObject({ reason: 'no token could be had: the provider is away' });
  feed.retryNow();
  expect((await gateway.next()).protocols[1]).toBe('bearer.abc');
  feed.close();
  for (const junk of [undefined, 7, '', 'a b']) {
    const closed = connectFeed({ url: gateway.url, token: () => junk as string });
    const state = await untilFeed(closed, (now) => now.connection.status === 'closed');
    expect(state.connection).toEqual({ status: 'closed', reason: 'unauthorized' });
  }
});

test('a WebSocket that cannot be made is a lost connection', async () => {
  class Broken {
    constructor() {
      fail('not here');
    }
  }
  const feed = connectFeed({ ...good, WebSocket: Broken as never });
  const { connection } = await untilFeed(feed, (state) => state.connection.status === 'reconnecting');
  expect(connection).toMatchObject({ reason: 'no socket could be opened: not here' });
  feed.close();
});

function fail(message: string): never {
  throw new Error(message);
}
