import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newEvent } from '../notifier/events.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);

describe.each(['SQLite', 'Redis'])('on the log in %s a cursor', (kind) => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  let redis: Awaited<ReturnType<typeof startRedisServer>> | undefined;

  beforeAll(async () => {
    redis = kind === 'Redis' ? await startRedisServer() : undefined;
    gateway = await startTestGateway({ env: redis && { BATON_LOG: redis.url } });
  });
  afterAll(async () => {
    await gateway.stop();
    await redis?.stop();
  });

  /** A user with a run that was forgotten, events 1 to 3, and one that goes on, events 4 and 5. */
  async function haveFeed(user_id: string) {
    const old = { user_id, run_id: 'old', at: daysAgo(40).toISOString() };
    const young = { user_id, run_id: 'young' };
    await gateway.log.append([
      ...(['run_started', 'agent_started', 'run_completed'] as const).map((type) => newEvent(type, old)),
      ...(['run_started', 'agent_started'] as const).map((type) => newEvent(type, young)),
    ]);
    await gateway.log.prune({ olderThan: daysAgo(30) });
    return () => gateway.log.publish(newEvent('agent_thinking', young));
  }

  const cursors = [
    ['older than what is kept', 'after=1', 'cursor_too_old'],
    ['ahead of the head', 'after=99', 'cursor_ahead'],
    ['of another log', 'after=4&epoch=other', 'log_changed'],
  ];

  test.each(cursors)('%s gets a snapshot on a socket, and what happens after it', async (_what, query, reason) => {
    const user = `socket-${reason}`;
    const goOn = await haveFeed(user);
    const { until, frames, socket } = await gateway.feed(user, `?${query}`);
    await until((seen) => seen.some(({ type }) => type === 'caught_up'));
    const snapshot = [{ run_id: 'young', user_id: user, status: 'running' }];
    expect(frames[1]).toMatchObject({ type: 'resync', reason, seq: 5, snapshot });
    await goOn();
    await until((seen) => seen.some(({ type }) => type === 'event'));
    expect(frames.flatMap(({ event }) => event?.seq ?? [])).toEqual([6]);
    socket.close();
  });

  test.each(cursors)('%s gets the same as server-sent events', async (_what, query, reason) => {
    const user = `sse-${reason}`;
    const goOn = await haveFeed(user);
    const answer = await gateway.call(user, `/v1/events/stream?${query}`);
    const body = (answer.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream() as never);
    const reader = body.getReader();
    let text = '';
    const until = async (part: string) => {
      while (!text.includes(part)) text += String((await reader.read()).value);
    };
    await until('event: caught_up');
    expect(text).toContain(`:5\nevent: resync\ndata: {"type":"resync","reason":"${reason}"`);
    expect(text).toContain('"run_id":"young"');
    await goOn();
    await until(':6\nevent: event');
    expect(text).not.toMatch(/^id: \S+:[1-4]\n/m);
    await reader.cancel();
  });
});
