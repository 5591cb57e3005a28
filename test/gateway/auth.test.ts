import { createServer, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { connectFeed } from '../../src/feed/connect-feed.ts';
import type { FeedConnection } from '../../src/feed/feed-state.ts';
import { openSocket, SECRET, startTestGateway } from '../support/test-gateway.ts';
import { untilFeed } from '../support/until-feed.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
const key = new TextEncoder().encode(SECRET);

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;
const signed = (claims: object, secret = key) =>
  new SignJWT(claims as never).setProtectedHeader({ alg: 'HS256' }).sign(secret);

const REFUSED: [what: string, token: () => Promise<string> | string, detail: RegExp][] = [
  ['expired', () => signed({ sub: 'u1', exp: inAnHour() - 7_200 }), /expired/],
  [
    'signed by another secret',
    () => signed({ sub: 'u1', exp: inAnHour() }, new TextEncoder().encode('x'.repeat(40))),
    /signature/,
  ],
  [
    'of algorithm none',
    () => `${base64({ alg: 'none' })}.${base64({ sub: 'u1', exp: inAnHour() })}.`,
    /algorithm|not a valid/,
  ],
  ['without an expiry', () => signed({ sub: 'u1' }), /"exp"/],
  ['without a user', () => signed({ exp: inAnHour() }), /"sub"/],
  ['of a placeholder as user', () => signed({ sub: 'undefined', exp: inAnHour() }), /"sub"/],
  ['not a JWT', () => 'rubbish', /not a valid/],
];

test.each(REFUSED)('a token that is %s gets 401', async (_what, token, detail) => {
  const answer = await fetch(`${gateway.url}/v1/runs`, { headers: { authorization: `Bearer ${await token()}` } });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(await answer.json()).toMatchObject({ code: 'token_invalid', detail: expect.stringMatching(detail) });
});

test('no token gets 401 and is told how to send one', async () => {
  const answer = await fetch(`${gateway.url}/v1/runs`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(await answer.json()).toMatchObject({ code: 'token_missing' });
});

test('a clock that is a few seconds off is forgiven', async () => {
  const token = await signed({ sub: 'u1', exp: Math.floor(Date.now() / 1_000) - 3 });
  const answer = await fetch(`${gateway.url}/v1/workflows`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
});

test.each(REFUSED.slice(0, 3))('a socket whose token is %s is closed with 4401', async (_what, token) => {
  const { closed } = openSocket(`${gateway.url}/v1/feed`, ['baton.v1', `bearer.${await token()}`]);
  expect((await closed).code).toBe(4401);
});

/** A token that is taken for some seconds more, as its end is only just behind. */
const ending = () => signed({ sub: 'u1', exp: Math.floor(Date.now() / 1_000) - 6 });

test('a socket is closed with 4401 when its token is no longer taken', async () => {
  const { closed, frames } = openSocket(`${gateway.url}/v1/feed`, ['baton.v1', `bearer.${await ending()}`]);
  expect((await closed).code).toBe(4401);
  expect(frames.map(({ type }) => type)).toEqual(['hello', 'caught_up', 'bye']);
});

test('a feed that asks for its tokens goes on with a fresh one when the first is no longer taken', async () => {
  let asked = 0;
  const feed = connectFeed({
    url: gateway.url,
    token() {
      asked += 1;
      return asked === 1 ? ending() : gateway.token('u1');
    },
  });
  const seen: FeedConnection[] = [];
  await new Promise<void>((resolve) =>
    feed.subscribe(({ connection }) => {
      if (connection !== seen.at(-1)) seen.push(connection);
      const isOver = connection.status === 'closed' || seen.filter(({ status }) => status === 'live').length === 2;
      if (isOver) resolve();
    }),
  );
  expect(seen.map(({ status }) => status)).toEqual(['catching_up', 'live', 'reconnecting', 'catching_up', 'live']);
  expect(seen[2]).toMatchObject({ reason: 'token_expired', nextAttemptMs: 0 });
  expect(asked).toBe(2);
  feed.close();
});

test('a feed whose asked-for token is the same again is over with it, and does not come back as long as clocks may differ', async () => {
  let asked = 0;
  const same = await ending();
  const feed = connectFeed({
    url: gateway.url,
    token() {
      asked += 1;
      return same;
    },
  });
  for await (const event of feed.events()) throw new Error(`nobody published ${event.id}`);
  expect(feed.state.connection).toEqual({ status: 'closed', reason: 'unauthorized' });
  expect(asked).toBeLessThan(5);
});

test('a socket of a foreign page is closed with 4403, one of the own page is not', async () => {
  const protocols = ['baton.v1', `bearer.${await gateway.token('u1')}`];
  const foreign = openSocket(`${gateway.url}/v1/feed`, protocols, { origin: 'https://evil.example' });
  expect((await foreign.closed).code).toBe(4403);
  const own = openSocket(`${gateway.url}/v1/feed`, protocols, { origin: gateway.url });
  await own.until((frames) => frames.some(({ type }) => type === 'caught_up'));
  own.socket.close();
});

/** An identity provider whose keys a gateway takes; `fail` says how it fails those who ask for them, if it does. */
async function startProvider() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  const provider = {
    fail: undefined as undefined | ((response: ServerResponse) => void),
    sign: ({ issuer = 'https://issuer.example', audience = 'baton' } = {}) =>
      new SignJWT({ sub: 'u1' })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setExpirationTime('1h')
        .setIssuer(issuer)
        .setAudience(audience)
        .sign(privateKey),
  };
  const server = createServer((_request, response) => {
    if (provider.fail) provider.fail(response);
    else response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { url, stop } = await startTestGateway({
    env: {
      BATON_JWT_SECRET: undefined as never,
      BATON_JWKS_URL: `http://127.0.0.1:${port}/keys`,
      BATON_JWT_ISSUER: 'https://issuer.example',
      BATON_JWT_AUDIENCE: 'baton',
    },
  });
  return Object.assign(provider, {
    url,
    call: (token: string) => fetch(`${url}/v1/workflows`, { headers: { authorization: `Bearer ${token}` } }),
    async [Symbol.asyncDispose]() {
      await stop();
      server.close();
    },
  });
}

test('keys of an identity provider are fetched, and its issuer and audience are required', async () => {
  await using provider = await startProvider();
  const { sign, call } = provider;
  expect((await call(await sign())).status).toBe(200);
  expect((await call(await sign({ issuer: 'https://other.example' }))).status).toBe(401);
  expect((await call(await sign({ audience: 'others' }))).status).toBe(401);
  // A public key must never be taken for a secret.
  const forged = await signed({ sub: 'u1', exp: inAnHour(), iss: 'https://issuer.example', aud: 'baton' });
  expect((await call(forged)).status).toBe(401);
});

test('an identity provider that is down is no fault of the token: callers are told to try again, a feed does', async () => {
  await using provider = await startProvider();
  const token = await provider.sign();
  for (const fail of [
    ({ socket }: ServerResponse) => socket?.destroy(),
    (response: ServerResponse) => response.writeHead(500).end(),
    (response: ServerResponse) => response.end('rubbish'),
    (response: ServerResponse) => response.end('{"keys":7}'),
  ]) {
    provider.fail = fail;
    const answer = await provider.call(token);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({ code: 'identity_unavailable' });
  }
  expect((await provider.call('rubbish')).status).toBe(401);
  const feed = connectFeed({ url: provider.url, token });
  const { connection } = await untilFeed(feed, ({ connection: { status } }) => status !== 'connecting');
  expect(connection).toMatchObject({ status: 'reconnecting', reason: 'identity_unavailable' });
  provider.fail = undefined;
  await untilFeed(feed, ({ connection: { status } }) => status === 'live');
  expect((await provider.call(token)).status).toBe(200);
  feed.close();
});
