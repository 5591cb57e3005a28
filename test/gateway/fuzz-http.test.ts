import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FEED_CLOSE } from '../../src/contracts/feed-frame.ts';
import { faultTest } from '../support/fault-test.ts';
import { randomRequests, type FuzzWorld } from '../support/random-requests.ts';
import { rawHttp, type RawAnswer } from '../support/raw-http.ts';
import { openSocket, startTestGateway, thought } from '../support/test-gateway.ts';

/** How long requests are tried in all, in milliseconds, and with which seed: `BATON_FUZZ_MS=600000 BATON_FUZZ_SEED=7`. */
const FUZZ_MS = Number(process.env.BATON_FUZZ_MS ?? 5_000);
const SEED = Number(process.env.BATON_FUZZ_SEED ?? 20_261_201);

/** Share of that time for requests; the rest is for sockets. */
const REQUESTS_SHARE = 0.7;
const AT_ONCE = 8;

/** What an answer may have at most, in bytes: an error, and everything else but the page's own files. */
const MAX_ERROR = 128 * 1_024;
const MAX_ANSWER = 2 * 1_024 * 1_024;

/** In everything of another user, and in no request. */
const ANOTHERS = 'zulu-4711-of-another';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let world: FuzzWorld;
beforeAll(async () => {
  gateway = await startTestGateway({ requestsPerMinute: 10_000_000, maxUploadBytes: 500_000 });
  const { paths } = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
  );
  await gateway.log.append([
    thought('ann', 1, { runId: 'r-ann' }),
    thought('bob', 1, { runId: 'r-bob', text: `thinking of ${ANOTHERS}` }),
  ]);
  const upload = await gateway.call('bob', '/v1/uploads', { method: 'POST', body: `${ANOTHERS}\n` });
  await upload.arrayBuffer();
  const expired = await gateway.token('ann', -60_000);
  world = { operations, tokens: [await gateway.token('ann'), expired, 'a.b.c', '{}'], ids: ['r-ann', 'r-bob', 'nope'] };
});
afterAll(() => gateway.stop());

const untilOver = (ms: number, seed = SEED) => ({
  seed,
  numRuns: 10_000_000,
  interruptAfterTimeLimit: ms,
  // Without this the first fault would be made smaller for as long as the whole test may take.
  endOnFailure: process.env.BATON_FUZZ_MS === undefined,
});

const jsonIn = (body: string) =>
  JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)) as { status: number };

function faultOf(answer: RawAnswer, method: string): string | undefined {
  const { status, type, body } = answer;
  if (status >= 500 && status !== 503) return `status ${status}`;
  if (body.includes(ANOTHERS)) return 'something of another user';
  if (body.length > (status >= 400 ? MAX_ERROR : MAX_ANSWER)) return `${body.length} bytes`;
  if (status < 400 || method === 'HEAD') return undefined;
  if (type !== 'application/problem+json') return `status ${status} as "${type}"`;
  return jsonIn(body).status === status ? undefined : `another status than ${status} in the problem`;
}

faultTest(
  'whatever is sent over HTTP gets no 500, nothing of another user, and no answer without a bound',
  {
    kind: 27,
    before: 'four of the first twenty kinds of malformed requests that were tried got 500',
    timeoutMs: FUZZ_MS * 3 + 60_000,
  },
  async () => {
    const statuses = new Map<number, number>();
    const requests = fc.array(randomRequests(world), { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(requests, async (all) => {
      const faults = await Promise.all(
        all.map(async ({ bytes, cut, method }) => {
          const answer = await rawHttp(gateway.url, bytes, { cut });
          if (answer === undefined) return cut || method === 'BREW' ? undefined : 'no answer';
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const fault = faultOf(answer, method);
          return fault && `${fault} to ${bytes.toString('latin1').slice(0, 1_000)}: ${answer.body.slice(0, 500)}`;
        }),
      );
      expect(faults.filter(Boolean)).toEqual([]);
    });
    await fc.assert(property, untilOver(FUZZ_MS * REQUESTS_SHARE));
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(50);
    return `of ${total} requests none got a 5xx other than 503; the statuses were ${[...statuses.keys()].toSorted((a, b) => a - b).join(', ')}`;
  },
);

const CURSORS = ['0', '1', '2', '-1', 'x', '99', '9007199254740993', ''];

const sockets = () =>
  fc.record({
    query: fc.array(
      fc.tuple(fc.constantFrom('after', 'epoch', 'run_id', 'x'), fc.constantFrom(...CURSORS, 'r-ann', 'r-bob', '%00')),
      {
        maxLength: 3,
      },
    ),
    protocols: fc.uniqueArray(
      fc.constantFrom(
        'baton.v1',
        'baton.v2',
        'bearer.',
        'bearer.a.b.c',
        ...world.tokens.slice(0, 2).map((token) => `bearer.${token}`),
      ),
      {
        maxLength: 3,
      },
    ),
    frames: fc.array(
      fc.oneof(
        fc.string(),
        fc.uint8Array(),
        fc.json(),
        fc.integer({ min: 4_000, max: 9_000 }).map((length) => 'x'.repeat(length)),
      ),
      {
        maxLength: 4,
      },
    ),
    closes: fc.option(fc.constantFrom(1_000, 1_001, 3_000, 4_999)),
  });

/** Of sockets that were open: closed by their client, or as this gateway or the protocol of WebSockets says. */
const CLOSES = [...Object.values(FEED_CLOSE), 1_000, 1_001, 1_005, 1_006, 1_009, 3_000, 4_999];

test(
  'whatever a socket asks for and sends, it gets frames of its own user, or a refusal',
  async () => {
    const property = fc.asyncProperty(sockets(), async ({ query, protocols, frames, closes }) => {
      const search = query.map(([name, value]) => `${name}=${value}`).join('&');
      const url = `${gateway.url.replace('http', 'ws')}/v1/feed?${search}`;
      const { socket, frames: got, until, closed } = openSocket(url, protocols);
      const refused = new Promise<number>((resolve) =>
        socket.on('unexpected-response', (_request, response) => {
          resolve(response.statusCode ?? 0);
          response.resume();
          socket.terminate();
        }),
      );
      const begun = until((all) => all.length > 0).catch(() => undefined);
      const first = await Promise.race([refused, begun, closed]);
      if (typeof first === 'number') return expect(first < 500 || first === 503).toBe(true);
      if (socket.readyState === socket.OPEN) for (const frame of frames) socket.send(frame);
      if (socket.readyState === socket.OPEN) socket.close(closes ?? 1_000);
      const { code } = await closed;
      expect(CLOSES).toContain(code);
      expect(JSON.stringify(got)).not.toContain(ANOTHERS);
    });
    await fc.assert(property, untilOver(FUZZ_MS * (1 - REQUESTS_SHARE)));
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  },
  FUZZ_MS * 3 + 60_000,
);
