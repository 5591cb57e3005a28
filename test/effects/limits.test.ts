import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent, type AnyAgent } from '../../src/agents/define-agent.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { startTestWorker } from '../support/test-run.ts';

const working = new Map<string, number>();
const peaks = new Map<string, number>();

async function counted<T>(who: string, work: () => Promise<T>): Promise<T> {
  const now = (working.get(who) ?? 0) + 1;
  working.set(who, now);
  peaks.set(who, Math.max(now, peaks.get(who) ?? 0));
  try {
    return await work();
  } finally {
    working.set(who, (working.get(who) ?? 1) - 1);
  }
}

const single = defineAgent({
  name: 'single',
  input: z.unknown(),
  output: z.object({ attempt: z.number() }),
  concurrency: { perUser: 1 },
  run: (_input, { context, attempt }) =>
    counted(context.user_id, async () => {
      await setTimeout(50);
      return { attempt };
    }),
});

const [pair, other] = ['pair', 'other'].map((name) =>
  defineAgent({
    name,
    input: z.unknown(),
    output: z.object({}),
    run: (_input, { context }) =>
      counted(context.user_id, async () => {
        await setTimeout(150);
        return {};
      }),
  }),
) as [AnyAgent, AnyAgent];

const slow = defineAgent({
  name: 'slow',
  input: z.unknown(),
  output: z.object({}),
  concurrency: { total: 1 },
  run: async (_input, { signal }) => {
    await setTimeout(2_500, undefined, { signal });
    return {};
  },
});

const starts: number[] = [];
const metered = defineTool({
  name: 'metered',
  effect: 'none',
  rateLimit: { calls: 2, perMs: 400 },
  input: z.object({}),
  output: z.object({}),
  run: () => {
    starts.push(Date.now());
    return {};
  },
});
const metering = defineAgent({
  name: 'metering',
  input: z.unknown(),
  output: z.object({}),
  tools: { metered },
  run: (_input, { tools }) => tools.metered({}),
});

describe('limits over all workers', () => {
  let worker: Awaited<ReturnType<typeof startTestWorker>>;
  beforeAll(async () => {
    worker = await startTestWorker({ agents: [single, pair, other, slow, metering], maxConcurrentAgents: 2 });
  });
  afterAll(() => worker.stop());

  test('let 3 users with 3 runs each through two slots, one agent per user at a time, without a deadlock', async () => {
    const users = ['ann', 'bob', 'cem'].flatMap((user) => [user, user, user]);
    const runs = await Promise.all(users.map((userId) => worker.runAgent('single', {}, { userId })));
    expect(runs.map(({ outcome }) => outcome)).toEqual(
      users.map(() =>
        expect.objectContaining({ success: true, attempts: 1, recovered: false, result: { attempt: 1 } }),
      ),
    );
    expect([...peaks]).toEqual(expect.arrayContaining([['ann', 1]]));
    expect(Math.max(...peaks.values())).toBe(1);
  });

  test('tell the user that the agent is queued once it waits over a second, and count no attempt for it', async () => {
    const runs = await Promise.all([1, 2].map(() => worker.runAgent('slow')));
    // The workflow says that an agent is busy on a mere guess, which the real log refuses; the attempt knows the reason.
    const queued = runs.map(({ events }) =>
      events.filter(({ payload }) => 'reason' in payload && payload.reason === 'limit'),
    );
    expect(queued.map(({ length }) => length).sort()).toEqual([0, 1]);
    for (const { outcome, events } of runs) {
      expect(outcome).toMatchObject({ success: true, attempts: 1 });
      expect(events.filter(({ type }) => type === 'agent_started')).toHaveLength(1);
    }
  });

  test('hold over all agents of a user', async () => {
    const alone = { userId: 'eve', limits: { limit_user: 1, waits: true } };
    peaks.delete('eve');
    const runs = await Promise.all(['pair', 'other', 'pair', 'other'].map((name) => worker.runAgent(name, {}, alone)));
    expect(runs.map(({ outcome }) => outcome.success)).toEqual([true, true, true, true]);
    expect(peaks.get('eve')).toBe(1);
  });

  test('give the place back when an agent ends, also by a cancel', async () => {
    const { handle } = await worker.start('runAgent', { agent: 'slow', input: {} }, { userId: 'dee' });
    await worker.recorder.until(({ type, user_id }) => type === 'agent_started' && user_id === 'dee');
    expect(await worker.leases.taken({ pool: 'agent/slow' })).toBe(1);
    await handle.cancel();
    await handle.result().catch(() => undefined);
    expect(await worker.leases.taken({ pool: 'agent/slow' })).toBe(0);
  });

  test('keep the calls of a tool apart over all runs', async () => {
    await Promise.all(Array.from({ length: 6 }, () => worker.runAgent('metering')));
    const sorted = starts.sort((a, b) => a - b);
    const gaps = sorted.slice(2).map((at, i) => at - (sorted[i] ?? 0));
    // The third call after a first one waits for its window; timers may fire a little apart from each other.
    expect(gaps.every((gap) => gap > 300)).toBe(true);
  });
});
