import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { coalesceThoughts } from '../../src/gateway/feed/coalesce-thoughts.ts';
import { createPace, STREAM_BUFFER_BYTES } from '../../src/gateway/feed/pace.ts';
import { newEvent } from '../notifier/events.ts';
import { startTestGateway } from '../support/test-gateway.ts';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway({ slowReaderMs: 30_000 });
});
afterAll(() => gateway.stop());

const TEXT = 'x'.repeat(20_000);
const isThought = ({ type }: { type: string }) => type === 'agent_thinking';

test('of the thoughts of one execution the latest is kept, of everything else all', () => {
  const types = ['agent_started', 'agent_thinking', 'tool_executing', 'agent_thinking', 'agent_completed'] as const;
  const execs = ['triage.1.1764000000001', 'triage.2.1764000000002'];
  const events = execs.flatMap((exec) => types.map((type) => newEvent(type, { exec })));
  const numbered = events.map((event, n) => ({
    event: { ...event, seq: n + 1, epoch: 'e1' } as BatonEvent,
    bytes: Buffer.from(''),
  }));
  expect(coalesceThoughts(numbered).map(({ event }) => event.seq)).toEqual([1, 3, 4, 5, 6, 8, 9, 10]);
});

test('a socket that lagged gets fewer thoughts, in order, and all of the rest', async () => {
  const own = { user_id: 'lagging' };
  const { socket, until, events } = await gateway.feed('lagging', '?after=0');
  await until((frames) => frames.length === 2);
  socket.pause();
  for (let n = 0; n < 30; n += 1) {
    const thoughts = Array.from({ length: 49 }, () =>
      newEvent('agent_thinking', { ...own, payload: { reasoning: TEXT, step_number: n, progress_percentage: 10 } }),
    );
    await gateway.log.append([...thoughts, newEvent('operator_action', own)]);
  }
  // What tells that a socket lags is that it took longer than a second to be read.
  await wait(1_500);
  socket.resume();
  await gateway.log.append([newEvent('agent_completed', own)]);
  await until((frames) => frames.at(-1)?.event?.type === 'agent_completed');
  const seqs = events().map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(new Set(seqs).size).toBe(seqs.length);
  expect(events().filter(({ type }) => type === 'operator_action')).toHaveLength(30);
  const thoughts = events().filter(isThought).length;
  expect(thoughts).toBeGreaterThan(0);
  expect(thoughts).toBeLessThan(30 * 49);
  socket.close();
});

test('of a socket that is never read no more waits in memory than the bound and one frame', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open');
  client.pause();
  let flushed = Promise.resolve();
  const pace = createPace({ buffered: () => socket.bufferedAmount, flushed: () => flushed, slowReaderMs: 200 });
  let most = 0;
  while (await pace.room()) {
    flushed = new Promise((resolve) => socket.send(TEXT, () => resolve()));
    most = Math.max(most, socket.bufferedAmount);
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(STREAM_BUFFER_BYTES + 2 * TEXT.length);
  client.terminate();
  server.close();
});
