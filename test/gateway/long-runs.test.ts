import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newEvent } from '../notifier/events.ts';
import { countEventsRead } from '../support/count-events-read.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const THOUGHTS = 20_000;
const user_id = 'long';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let events: ReturnType<typeof countEventsRead>;

/** A run that has ended, with so many thoughts of one agent. */
async function haveRun({ run_id, thoughts, user = user_id }: { run_id: string; thoughts: number; user?: string }) {
  const own = { user_id: user, run_id };
  const thinks = (n: number) =>
    newEvent('agent_thinking', {
      ...own,
      payload: { reasoning: `thought ${n}`, step_number: n, progress_percentage: 10 },
    });
  await gateway.log.append([newEvent('run_started', own), newEvent('agent_started', own)]);
  for (let n = 1; n <= thoughts; n += 2_000) {
    const count = Math.min(2_000, thoughts - n + 1);
    await gateway.log.append(Array.from({ length: count }, (_, index) => thinks(n + index)));
  }
  await gateway.log.append([newEvent('agent_completed', own), newEvent('run_completed', own)]);
}

beforeAll(async () => {
  gateway = await startTestGateway();
  await haveRun({ run_id: 'thinker', thoughts: THOUGHTS });
  events = countEventsRead();
});
afterAll(async () => {
  events.stop();
  await gateway.stop();
});

async function readBy<T>(work: () => Promise<T>): Promise<{ read: number; ms: number; value: T }> {
  const before = events.read();
  const begun = performance.now();
  const value = await work();
  return { read: events.read() - before, ms: Math.round(performance.now() - begun), value };
}

const bodyOf = async (path: string) => (await gateway.call(user_id, path)).text();

type Agent = { thoughts: { reasoning: string }[]; thoughts_total: number; tools_total: number };
type View = { status: string; agents: Agent[]; events: string };

faultTest(
  'a run of 20,000 thoughts is answered with the latest, from what was folded before, and its events page by page',
  { kind: 14, before: 'GET /v1/runs/{run_id} read and folded 20,004 events and answered 2 MB, each time.' },
  async () => {
    const path = '/v1/runs/thinker';
    const cold = await readBy(() => bodyOf(path));
    expect(Buffer.byteLength(cold.value)).toBeLessThan(300_000);
    const open = await readBy(async () => {
      const answers = Promise.all(Array.from({ length: 20 }, () => bodyOf(path)));
      const health = await readBy(() => fetch(`${gateway.url}/healthz`));
      return { bodies: await answers, health };
    });
    // One each, where the run was not started here: of which workflow it is.
    expect(open.read).toBeLessThanOrEqual(20);
    expect(new Set(open.value.bodies)).toEqual(new Set([cold.value]));
    const { status, agents, events } = JSON.parse(cold.value) as View;
    expect({ status, total: agents[0]?.thoughts_total, calls: agents[0]?.tools_total }).toEqual({
      status: 'completed',
      total: THOUGHTS,
      calls: 0,
    });
    const shown = agents[0]?.thoughts.map(({ reasoning }) => reasoning) ?? [];
    expect(shown).toEqual(Array.from({ length: 200 }, (_, n) => `thought ${THOUGHTS - 199 + n}`));
    const page = JSON.parse(await bodyOf(`${events}&limit=1000`)) as { events: unknown[] };
    expect(page.events).toHaveLength(1_000);
    const warm = await readBy(() => bodyOf(path));
    return `GET answers ${Math.round(cold.value.length / 1_000)} kB: cold in ${cold.ms} ms, warm in ${warm.ms} ms with ${warm.read} events read; /healthz beside 20 of them takes ${open.value.health.ms} ms.`;
  },
);

faultTest(
  'cursors far ahead cost one fold of the user’s events, whatever the number of sockets',
  { kind: 14, before: 'Ten sockets with a cursor far ahead read and folded 200,040 events.' },
  async () => {
    const { read, ms } = await readBy(async () => {
      const sockets = await Promise.all(Array.from({ length: 10 }, () => gateway.feed(user_id, '?after=999999999')));
      const frames = await Promise.all(
        sockets.map(({ until }) => until((seen) => seen.some(({ type }) => type === 'caught_up'))),
      );
      for (const [, resync] of frames) {
        expect(resync).toMatchObject({ type: 'resync', reason: 'cursor_ahead', seq: THOUGHTS + 4 });
        const { snapshot } = resync as unknown as { snapshot: View[] };
        expect(snapshot.map(({ agents }) => agents[0]?.thoughts.length)).toEqual([200]);
      }
      for (const { socket } of sockets) socket.close();
    });
    expect(read).toBeLessThan(THOUGHTS + 600);
    return `ten sockets together read ${read} events, in ${ms} ms.`;
  },
);

test('what was folded before goes on with new events, and forgets what has left the log', async () => {
  const user = 'kept';
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
  const view = async (run: string) => (await gateway.call(user, `/v1/runs/${run}`)).json() as Promise<View>;
  const own = { user_id: user, run_id: 'goes-on' };
  const old = { user_id: user, run_id: 'old', at: daysAgo(40).toISOString() };
  await gateway.log.append([newEvent('run_started', old), newEvent('run_completed', old)]);
  await gateway.log.append([newEvent('run_started', own), newEvent('agent_started', own)]);
  expect(await view('old')).toMatchObject({ status: 'completed', agents: [] });
  await gateway.log.append([newEvent('agent_completed', own), newEvent('run_completed', own)]);
  expect(await view('goes-on')).toMatchObject({ status: 'completed', agents: [{ state: 'completed' }] });
  await gateway.log.append([newEvent('run_restarted', { ...own, generation: 1 })]);
  const snapshotNow = async () => {
    const { until, socket } = await gateway.feed(user, '?after=999');
    const [, resync] = await until((seen) => seen.some(({ type }) => type === 'caught_up'));
    socket.close();
    return (resync as unknown as { snapshot: { run_id: string; status: string }[] }).snapshot.map(
      ({ run_id, status }) => `${run_id} ${status}`,
    );
  };
  expect(await snapshotNow()).toEqual(['old completed', 'goes-on running']);
  await gateway.log.prune({ olderThan: daysAgo(30) });
  expect(await snapshotNow()).toEqual(['goes-on running']);
});

test('a run that is heard of again after fifty later ones have ended is whole in the next snapshot', async () => {
  const user = 'many';
  await haveRun({ run_id: 'first', thoughts: 3, user });
  for (let n = 0; n < 60; n += 1) {
    const own = { user_id: user, run_id: `later-${n}` };
    await gateway.log.append([newEvent('run_started', own), newEvent('run_completed', own)]);
  }
  const snapshotNow = async () => {
    const { until, socket } = await gateway.feed(user, '?after=9999');
    const [, resync] = await until((seen) => seen.some(({ type }) => type === 'caught_up'));
    socket.close();
    return (resync as unknown as { snapshot: (View & { run_id: string })[] }).snapshot;
  };
  const before = await snapshotNow();
  expect(before.map(({ run_id }) => run_id)).toEqual(Array.from({ length: 50 }, (_, n) => `later-${n + 10}`));
  await gateway.log.append([newEvent('run_restarted', { user_id: user, run_id: 'first', generation: 1 })]);
  const [again, ...others] = await snapshotNow();
  expect(others).toHaveLength(50);
  expect(again).toMatchObject({ run_id: 'first', agents: [{ state: 'completed', thoughts_total: 3 }] });
});
