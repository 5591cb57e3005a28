import { expect, test } from '@jest/globals';
import { startTestGateway, thought } from '../support/test-gateway.ts';

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
