import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { activityHistory } from '../support/activity-history.ts';
import { startTestWorker } from '../support/test-run.ts';

const nothing = z.object({});

/** Fails until the attempt it is told to succeed on. */
const flaky = defineAgent({
  name: 'flaky',
  input: z.object({ succeeds_on: z.number() }),
  output: z.object({ attempt: z.number() }),
  retry: { maxAttempts: 4, initialIntervalMs: 100, maxIntervalMs: 300 },
  run: ({ succeeds_on }, { attempt }) => {
    if (attempt < succeeds_on) throw new Error(`not on attempt ${attempt}`);
    return { attempt };
  },
});

const limited = defineAgent({
  name: 'limited',
  input: nothing,
  output: nothing,
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  run: (_input, { attempt }) => {
    if (attempt > 1) return {};
    throw Object.assign(new Error('too many requests'), { status: 429, headers: { 'retry-after': '0.4' } });
  },
});

const unreachable = defineAgent({
  name: 'unreachable',
  input: nothing,
  output: nothing,
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  run: () => {
    throw new TypeError('fetch failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) });
  },
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [flaky, limited, unreachable] });
});
afterAll(() => worker.stop());

const retries = (events: NewEvent[]) => events.filter((event) => event.type === 'agent_retrying');
const waits = (events: NewEvent[]) => retries(events).map(({ payload }) => payload.next_attempt_in_ms);
const gaps = (events: NewEvent[]) =>
  retries(events).map((retry) => {
    const next = events.slice(events.indexOf(retry)).find(({ type }) => type === 'agent_started');
    return Date.parse(next?.at ?? '') - Date.parse(retry.at);
  });

describe('an agent that fails', () => {
  test('once is tried again and recovers; the feed says that a retry comes and why', async () => {
    const { outcome, events, handle } = await worker.runAgent('flaky', { succeeds_on: 2 });

    expect(outcome).toMatchObject({ success: true, attempts: 2, recovered: true, result: { attempt: 2 } });
    expect(events.filter(({ agent }) => agent).map(({ type, attempt }) => `${type} ${attempt}`)).toEqual([
      'agent_started 1',
      'agent_retrying 1',
      'agent_started 2',
      'agent_completed 2',
    ]);
    expect(retries(events)[0]?.payload).toMatchObject({
      error: { type: 'AgentFailed', message: 'not on attempt 1' },
      next_attempt_in_ms: 100,
    });
    expect(await activityHistory(handle)).toMatchObject([{ type: 'flaky', attempts: 2 }]);
  });

  test('each time waits doubling times up to the cap, uses all its attempts and ends once', async () => {
    const { outcome, events, handle } = await worker.runAgent('flaky', { succeeds_on: 9 });

    expect(waits(events)).toEqual([100, 200, 300]);
    const measured = gaps(events);
    measured.forEach((gap, index) => expect(gap).toBeGreaterThanOrEqual([100, 200, 300][index] as number));
    expect(outcome).toMatchObject({ success: false, attempts: 4, error: { message: 'not on attempt 4' } });
    expect(events.filter(({ type }) => type === 'agent_error')).toHaveLength(1);
    expect(events.filter(({ agent }) => agent).at(-1)?.type).toBe('agent_error');
    expect(await activityHistory(handle)).toMatchObject([{ type: 'flaky', attempts: 4 }]);
  });

  test('by a rate limit waits as long as the service asks', async () => {
    const { outcome, events } = await worker.runAgent('limited');

    expect(retries(events)[0]?.payload).toMatchObject({ error: { type: 'RateLimited' }, next_attempt_in_ms: 400 });
    expect(gaps(events)[0]).toBeGreaterThanOrEqual(400);
    expect(outcome).toMatchObject({ success: true, attempts: 2 });
  });

  test('by an unreachable network is retried under that name', async () => {
    const { outcome } = await worker.runAgent('unreachable');
    expect(outcome).toMatchObject({ success: false, attempts: 2, error: { type: 'NetworkError' } });
  });
});
