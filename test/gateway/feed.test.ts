import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestGateway, thought } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

async function append(user: string, from: number, to: number, options = {}) {
  for (let n = from; n <= to; n += 1) await gateway.log.publish(thought(user, n, options));
}
const counting = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('a socket', () => {
  test('gets the backlog, is told that it is over, then gets what happens', async () => {
    await append('u1', 1, 3);
    const { until, frames, socket } = await gateway.feed('u1', '?after=1');
    await until((seen) => seen.some(({ type }) => type === 'caught_up'));
    await append('u1', 4, 4);
    await until((seen) => seen.length === 5);
    expect(frames.map(({ type, seq, event }) => [type, seq ?? event?.seq])).toEqual([
      ['hello', undefined],
      ['event', 2],
      ['event', 3],
      ['caught_up', 3],
      ['event', 4],
    ]);
    socket.close();
  });

  test('without a cursor begins at the head', async () => {
    await append('head', 1, 3);
    const { until, events, socket } = await gateway.feed('head');
    await until((seen) => seen.length === 2);
    await append('head', 4, 4);
    await until((seen) => seen.length === 3);
    expect(events().map(({ seq }) => seq)).toEqual([4]);
    socket.close();
  });

  test('sees no gap and no double where backlog and live meet, whenever it connects', async () => {
    const writing = append('seam', 1, 600);
    const sockets = [];
    for (let n = 0; n < 12; n += 1) {
      sockets.push(await gateway.feed('seam', '?after=0'));
      await gateway.log.head({ userId: 'seam' });
    }
    await writing;
    for (const { until, events, socket } of sockets) {
      await until((seen) => seen.at(-1)?.event?.seq === 600 || seen.some(({ event }) => event?.seq === 600));
      expect(events().map(({ seq }) => seq)).toEqual(counting(1, 600));
      socket.close();
    }
  });

  test('of one run gets that run alone, and is told when its backlog is over', async () => {
    await append('runs', 1, 2, { runId: 'a' });
    await append('runs', 3, 4, { runId: 'b' });
    const { until, events, frames, socket } = await gateway.feed('runs', '?after=0&run_id=a');
    await until((seen) => seen.some(({ type }) => type === 'caught_up'));
    await append('runs', 5, 5, { runId: 'b' });
    await append('runs', 6, 6, { runId: 'a' });
    await until((seen) => seen.some(({ event }) => event?.seq === 6));
    expect(events().map(({ seq }) => seq)).toEqual([1, 2, 6]);
    expect(frames.find(({ type }) => type === 'caught_up')).toMatchObject({ seq: 4 });
    socket.close();
  });

  test.each([
    ['ahead of the head', '?after=99', 'cursor_ahead'],
    ['of another log', '?after=1&epoch=other', 'log_changed'],
  ])('whose cursor is %s gets a snapshot and goes on from it', async (_what, query, reason) => {
    const user = `resync-${reason}`;
    await append(user, 1, 3);
    const { until, frames, socket } = await gateway.feed(user, query);
    await until((seen) => seen.some(({ type }) => type === 'caught_up'));
    expect(frames[1]).toMatchObject({ type: 'resync', reason, seq: 3, snapshot: [{ run_id: 'r1', user_id: user }] });
    await append(user, 4, 4);
    await until((seen) => seen.some(({ event }) => event?.seq === 4));
    socket.close();
  });

  test("of one user never gets another user's event", async () => {
    const [mine, theirs] = [await gateway.feed('alice', '?after=0'), await gateway.feed('bob', '?after=0')];
    await Promise.all([append('alice', 1, 20), append('bob', 1, 20)]);
    for (const [name, { until, events, socket }] of [['alice', mine] as const, ['bob', theirs] as const]) {
      await until((seen) => seen.filter(({ type }) => type === 'event').length === 20);
      expect(new Set(events().map(({ user_id }) => user_id))).toEqual(new Set([name]));
      socket.close();
    }
  });
});

test('server-sent events tell the same, resume after Last-Event-ID and say goodbye', async () => {
  await append('sse', 1, 3);
  const answer = await gateway.call('sse', '/v1/events/stream', { headers: { 'last-event-id': '2' } });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const reader = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never).getReader();
  let text = '';
  const until = async (part: string) => {
    while (!text.includes(part)) text += String((await reader.read()).value);
  };
  await until('event: caught_up');
  await append('sse', 4, 4);
  await until(':4\nevent: event');
  expect(text).toMatch(/^id: \S+:3\nevent: event/m);
  expect(text).not.toMatch(/^id: \S+:2\n/m);
  await reader.cancel();
});

test('the id of a server-sent event tells its log: a reader of a log that is no more gets a snapshot', async () => {
  await append('restored', 1, 3);
  const { epoch } = await gateway.log.head({ userId: 'restored' });
  const firstOf = async (id: string, query = '') => {
    const headers = { 'last-event-id': id };
    const answer = await gateway.call('restored', `/v1/events/stream${query}`, { headers });
    let text = '';
    for await (const chunk of (answer.body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream() as never,
    )) {
      text += String(chunk);
      if (text.includes('event: caught_up')) break;
    }
    return /event: (?!hello)(\w+)\n/.exec(text)?.[1];
  };
  expect(await firstOf(`${epoch}:2`)).toBe('event');
  expect(await firstOf(`${epoch}:2`, '?epoch=other')).toBe('event');
  expect(await firstOf('other:2')).toBe('resync');
  expect(await firstOf('other:2', `?epoch=${epoch}`)).toBe('resync');
  // As earlier gateways gave it.
  expect(await firstOf('2')).toBe('event');
  expect(await firstOf('2', '?epoch=other')).toBe('resync');
});

test('pages follow each other to the head', async () => {
  await append('pages', 1, 5);
  const seen: number[] = [];
  let after = 0;
  for (;;) {
    const answer = await gateway.call('pages', `/v1/events?after=${after}&limit=2`);
    const page = (await answer.json()) as { events: { seq: number }[]; next_after: number };
    seen.push(...page.events.map(({ seq }) => seq));
    if (page.next_after === after) break;
    after = page.next_after;
  }
  expect(seen).toEqual([1, 2, 3, 4, 5]);
});

test('a gateway that stops says goodbye to everybody, each with a delay of its own', async () => {
  const stopping = await startTestGateway();
  const sockets = await Promise.all(Array.from({ length: 10 }, () => stopping.feed('u1')));
  await Promise.all(sockets.map(({ until }) => until((seen) => seen.length === 2)));
  await stopping.stop();
  const codes = await Promise.all(sockets.map(async ({ closed }) => (await closed).code));
  expect(new Set(codes)).toEqual(new Set([1012]));
  const delays = sockets.map(({ frames }) => (frames.at(-1) as { retry_ms?: number }).retry_ms);
  expect(new Set(delays).size).toBeGreaterThan(1);
});
