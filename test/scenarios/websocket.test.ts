import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { measured } from '../support/measured.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { dataHelper, failingAgent, optimization, reporting, triage } from '../support/scenario-agents/c-agents.ts';
import { type openSocket, startTestGateway } from '../support/test-gateway.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

type Socket = ReturnType<typeof openSocket>;
type Event = ReturnType<Socket['events']>[number];

const FIVE = ['agent_started', 'agent_thinking', 'tool_executing', 'tool_completed', 'agent_completed'];

/** Events of the socket once as many runs have ended. */
async function untilRunsEnd({ until, events }: Socket, count = 1): Promise<Event[]> {
  const isEnd = ({ type = '' }: { type?: string } = {}) => /^run_(completed|failed|cancelled)$/.test(type);
  await until((frames) => frames.filter(({ event }) => isEnd(event)).length === count);
  return events();
}

const ofAgents = (events: Event[]) => events.filter(({ agent_run }) => agent_run !== null);
const types = (events: Event[]) => events.map(({ type }) => type);
const at = ({ at: time }: Event) => Date.parse(String(time));
const span = (events: Event[]) => at(events.at(-1) as Event) - at(events[0] as Event);
const expectGapless = (events: Event[]) => expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));

describe.each(['SQLite', 'Redis'])('on the log in %s', (log) => {
  const isRedis = log === 'Redis';
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  let redis: Awaited<ReturnType<typeof startRedisServer>> | undefined;
  let worker: Awaited<ReturnType<typeof startTestWorker>>;

  beforeAll(async () => {
    redis = isRedis ? await startRedisServer() : undefined;
    gateway = await startTestGateway({ env: redis && { BATON_LOG: redis.url } });
    const agents = [triage, dataHelper, optimization, reporting, failingAgent];
    worker = await startTestWorker({ agents, notifier: gateway.log });
    // The first run of a worker loads its workflow code; scenarios are measured warm.
    await run('warm-up', 'reporting');
  });
  afterAll(async () => {
    await worker.stop();
    await gateway.stop();
    await redis?.stop();
  });

  async function run(userId: string, agent: string, input: object = {}) {
    const { handle, runId } = await worker.start('runAgent', { agent, input }, { userId });
    return { runId, outcome: await outcomeOf(handle) };
  }

  async function subscribe(user: string): Promise<Socket> {
    const socket = await gateway.feed(user, '?after=0');
    await socket.until((frames) => frames.some(({ type }) => type === 'caught_up'));
    return socket;
  }

  /** The user's feed to the end of a run, read on three sockets of which the first two are cut after four events. */
  async function readAcrossCuts(user: string): Promise<Event[]> {
    const read: Event[] = [];
    const next = () => gateway.feed(user, `?after=${read.at(-1)?.seq ?? 0}`);
    for (let cut = 0; cut < 2; cut += 1) {
      const { socket, until, events } = await next();
      await until(() => events().length >= 4);
      socket.terminate();
      read.push(...events().slice(0, 4));
    }
    const last = await next();
    read.push(...(await untilRunsEnd(last)));
    last.socket.terminate();
    return read;
  }

  /** Both logs measure; each of its times says which one it is of. */
  const timed = (ms: number) => ({ [`${log}_first_to_last_ms`]: ms });

  test('test_all_five_required_websocket_events_emitted', async () => {
    const socket = await subscribe('five');
    const { outcome } = await run('five', 'triage', { request: 'Our AI costs $45k a month' });
    const events = ofAgents(await untilRunsEnd(socket));
    expect(outcome.status).toBe('completed');
    expect(types(events)).toEqual([
      'agent_started',
      'agent_thinking',
      'agent_thinking',
      'tool_executing',
      'tool_completed',
      'agent_thinking',
      'agent_thinking',
      'agent_completed',
    ]);
    const thoughts = events.filter(({ type }) => type === 'agent_thinking').map(({ payload }) => payload as never);
    expect(thoughts.map(({ step_number }) => step_number)).toEqual([1, 2, 3, 4]);
    expect(thoughts.map(({ progress_percentage }) => progress_percentage)).toEqual([25, 50, 90, 95]);
    expect(JSON.stringify(events[0])).toContain('$45k');
    expect(span(events)).toBeLessThan(2_000);
    measured('test_all_five_required_websocket_events_emitted', {
      events: events.length,
      ...timed(span(events)),
    });
    socket.socket.close();
  });

  test('test_websocket_event_data_integrity_and_user_isolation', async () => {
    const users = { user_1: 'data_helper', user_2: 'optimization' };
    const sockets = await Promise.all(Object.keys(users).map(subscribe));
    const runs = await Promise.all(
      Object.entries(users).map(([user, agent]) => run(user, agent, { secret_data: `${user}_confidential` })),
    );
    const feeds = await Promise.all(sockets.map((socket) => untilRunsEnd(socket)));
    for (const [n, [user, count]] of [['user_1', 12] as const, ['user_2', 11] as const].entries()) {
      const events = feeds[n] as Event[];
      const text = JSON.stringify(events);
      expect(ofAgents(events)).toHaveLength(count);
      expectGapless(events);
      expect(new Set(events.map(({ user_id }) => user_id))).toEqual(new Set([user]));
      expect(new Set(events.map(({ run_id }) => run_id))).toEqual(new Set([runs[n]?.runId]));
      expect(text).not.toContain(user === 'user_1' ? 'user_2' : 'user_1');
      expect(types(events)).toEqual(expect.arrayContaining(FIVE));
      sockets[n]?.socket.close();
      const replay = await subscribe(user);
      expect(replay.events()).toEqual(events);
      replay.socket.close();
    }
    const foreign = await gateway.call('user_2', `/v1/events?after=0&run_id=${runs[0]?.runId}`);
    expect(await foreign.json()).toMatchObject({ events: [] });
    expect((await gateway.call('user_2', `/v1/runs/${runs[0]?.runId}`)).status).toBe(404);
    measured('test_websocket_event_data_integrity_and_user_isolation', { events: '12 and 11', foreign_events: 0 });
  });

  test('test_multi_agent_workflow_websocket_coordination', async () => {
    const socket = await subscribe('coordination');
    let previous: unknown;
    for (const agent of ['triage', 'data_helper', 'optimization']) {
      const { outcome } = await run('coordination', agent, { request: 'cut cost', previous });
      expect(outcome.status).toBe('completed');
      previous = outcome.result;
    }
    const all = await untilRunsEnd(socket, 3);
    const events = ofAgents(all);
    expectGapless(all);
    expect(events).toHaveLength(31);
    const order = events.map(({ agent }) => agent).filter((agent, n, names) => agent !== names[n - 1]);
    expect(order).toEqual(['triage', 'data_helper', 'optimization']);
    for (const agent of order) {
      expect(types(events.filter((event) => event.agent === agent))).toEqual(expect.arrayContaining(FIVE));
    }
    expect(types(events).filter((type) => type === 'agent_started')).toHaveLength(3);
    expect(span(events)).toBeGreaterThan(500);
    expect(span(events)).toBeLessThan(5_000);
    measured('test_multi_agent_workflow_websocket_coordination', {
      events: events.length,
      ...timed(span(events)),
    });
    socket.socket.close();
  });

  test('test_websocket_error_event_handling', async () => {
    const socket = await subscribe('errors');
    const { outcome } = await run('errors', 'failing_agent');
    const events = ofAgents(await untilRunsEnd(socket));
    expect(outcome).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('failure') } });
    expect(types(events)).toEqual(['agent_started', 'agent_thinking', 'agent_error']);
    expect(events.at(-1)).toMatchObject({ agent: 'failing_agent', payload: { error: { type: 'AgentFailed' } } });
    const text = JSON.stringify(events.at(-1));
    expect(text).toContain('failure');
    expect(text).not.toMatch(/\.ts:\d+/);
    measured('test_websocket_error_event_handling', { events: events.length, ends: 1 });
    socket.socket.close();
  });

  test('test_websocket_performance_under_concurrent_load', async () => {
    const users = [1, 2, 3, 4, 5].map((n) => `load_${n}`);
    const sockets = await Promise.all(users.map(subscribe));
    const unread = await subscribe('load_1');
    unread.socket.pause();
    const acrossCuts = readAcrossCuts('load_2');
    const started = performance.now();
    const runs = await Promise.all(users.map((user) => run(user, 'data_helper')));
    const wall_ms = performance.now() - started;
    expect(wall_ms).toBeLessThan(3_000);
    const feeds = await Promise.all(sockets.map((socket) => untilRunsEnd(socket)));
    for (const [n, events] of feeds.entries()) {
      expect(runs[n]?.outcome.status).toBe('completed');
      expectGapless(events);
      expect(ofAgents(events)).toHaveLength(12);
      expect(types(events)).toEqual(expect.arrayContaining(FIVE));
      expect(new Set(events.map(({ run_id }) => run_id))).toEqual(new Set([runs[n]?.runId]));
    }
    expect(await acrossCuts).toEqual(feeds[1]);
    const figures = { users: users.length, events: 60, [`${log}_wall_ms`]: wall_ms };
    measured('test_websocket_performance_under_concurrent_load', figures);
    for (const { socket } of [...sockets, unread]) socket.terminate();
  });
});
