import { expect, test } from '@jest/globals';
import { connectFeed } from '../../src/feed/connect-feed.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { startTestGateway, thought } from '../support/test-gateway.ts';
import { untilFeed } from '../support/until-feed.ts';

const counting = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

test('a socket that is never read is closed with 4408; one that is read loses nothing by it', async () => {
  // Long enough that a busy machine's own pauses do not pass for a reader who does not read.
  const slowReaderMs = 1_500;
  const gateway = await startTestGateway({ slowReaderMs });
  const slow = await gateway.feed('slow', '?after=0');
  const quick = await gateway.feed('slow', '?after=0');
  await slow.until((seen) => seen.length === 2);
  slow.socket.pause();
  const text = 'x'.repeat(20_000);
  for (const n of counting(1, 600)) await gateway.log.publish(thought('slow', n, { text }));
  await quick.until((seen) => seen.filter(({ type }) => type === 'event').length === 600);
  expect(quick.events().map(({ seq }) => seq)).toEqual(counting(1, 600));
  await new Promise((resolve) => setTimeout(resolve, 2 * slowReaderMs));
  slow.socket.resume();
  // The goodbye may be stuck behind what was never read; the socket is cut off then.
  expect([4408, 1006]).toContain((await slow.closed).code);
  const last = slow.events().at(-1)?.seq ?? 0;
  expect(slow.events().map(({ seq }) => seq)).toEqual(counting(1, last));
  const again = await gateway.feed('slow', `?after=${last}`);
  await again.until((seen) => seen.some(({ type }) => type === 'caught_up'));
  expect(again.events().map(({ seq }) => seq)).toEqual(counting(last + 1, 600));
  for (const { socket } of [quick, again]) socket.close();
  await gateway.stop();
});

test('a socket whose peer does not answer a ping is cut off', async () => {
  const gateway = await startTestGateway({ pingMs: 200 });
  const { socket, closed } = await gateway.feed('dead');
  // The peer is there but does not answer, like a machine that was unplugged.
  socket.pong = () => undefined;
  expect((await closed).code).toBe(1006);
  await gateway.stop();
});

test('a quiet socket and a quiet stream are told again and again that they are live', async () => {
  const gateway = await startTestGateway({ pingMs: 50 });
  await gateway.log.publish(thought('quiet', 1));
  const { until, frames, socket } = await gateway.feed('quiet');
  await until((seen) => seen.filter(({ type }) => type === 'caught_up').length === 3);
  expect(frames[0]).toMatchObject({ type: 'hello', ping_ms: 50 });
  expect(frames.slice(1, 4)).toEqual(Array.from({ length: 3 }, () => ({ type: 'caught_up', seq: 1 })));
  socket.close();
  const answer = await gateway.call('quiet', '/v1/events/stream');
  const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never).getReader();
  let text = '';
  while (text.split('event: caught_up').length <= 3) text += String((await reader.read()).value);
  await reader.cancel();
  await gateway.stop();
});

test('a feed whose connection is dead without a word is said to be lost, and goes on over another', async () => {
  const gateway = await startTestGateway({ pingMs: 100 });
  const proxy = await startCutProxy(new URL(gateway.url).host);
  const feed = connectFeed({ url: `http://${proxy.address}`, token: await gateway.token('unplugged') });
  await untilFeed(feed, ({ connection }) => connection.status === 'live');
  proxy.fallDead();
  const { connection } = await untilFeed(feed, (state) => state.connection.status !== 'live');
  expect(connection).toMatchObject({ status: 'reconnecting', reason: 'the gateway has fallen silent' });
  proxy.mend();
  await gateway.log.publish(thought('unplugged', 1));
  await untilFeed(feed, (state) => state.connection.status === 'live' && state.feed.seq === 1);
  feed.close();
  await proxy.stop();
  await gateway.stop();
});
