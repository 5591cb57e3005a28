import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { readdirSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createOpenStreams } from '../../src/gateway/feed/open-streams.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { until } from '../support/until.ts';

const HEAD = 'TIMESTAMP,ContextTokens,GeneratedTokens\n';
const ROW = '2023-11-16 18:17:03.9799600,4808,10\n';

/** Far longer than a test may take: one that ends did not wait for it. */
const NEVER_MS = 3_600_000;

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

/** An upload of which the gateway has stored the beginning, and waits for the rest. */
async function beginUpload({ url, token, dataDir }: TestGateway) {
  const headers = { authorization: `Bearer ${await token('u1')}`, 'content-type': 'text/csv' };
  const sent = request(`${url}/v1/uploads`, { method: 'POST', headers });
  const answer = once(sent, 'response') as Promise<[IncomingMessage]>;
  // One that is cut off ends with an error, which is the test's to look at.
  answer.catch(() => undefined);
  sent.write(HEAD);
  const files = async () => readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
  await until(files, (names) => names.some((name) => name.endsWith('/usage')));
  return { sent, answer };
}

test('an upload that is under way is finished, though the gateway was told to stop', async () => {
  const gateway = await startTestGateway({ closeGraceMs: NEVER_MS });
  const { sent, answer } = await beginUpload(gateway);
  const stopped = gateway.stop();
  await until(
    async () => (await fetch(`${gateway.url}/healthz`)).status,
    (status) => status === 503,
  );
  sent.end(ROW);
  const [response] = await answer;
  expect(response.statusCode).toBe(201);
  response.resume();
  await stopped;
});

test('a request that does not end is cut off after a while', async () => {
  const gateway = await startTestGateway({ closeGraceMs: 200 });
  const { answer } = await beginUpload(gateway);
  await gateway.stop();
  await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('open sockets and streams do not keep a gateway from stopping: they are told goodbye and end', async () => {
  const gateway = await startTestGateway({ closeGraceMs: NEVER_MS });
  const { until: untilFrames, closed } = await gateway.feed('u1');
  await untilFrames((frames) => frames.length === 2);
  const stream = await gateway.call('u1', '/v1/events/stream');
  await gateway.stop();
  expect((await closed).code).toBe(1012);
  expect(await stream.text()).toContain('event: bye\ndata: {"type":"bye","reason":"restart"');
});

test('a stream that opens when all others were told goodbye is told so too', () => {
  const streams = createOpenStreams({ maxPerUser: 1, pingMs: 1_000, retryMs: [1, 5] });
  streams.closeAll('restart');
  const told: string[] = [];
  streams.add('u1', { bye: (reason) => told.push(reason), ping: () => undefined });
  expect(told).toEqual(['restart']);
});
