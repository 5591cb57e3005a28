import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { BatonEvent, NewEvent } from '../../src/contracts/event.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { activityHistory } from '../support/activity-history.ts';
import { startTestWorker } from '../support/test-run.ts';

const looked = new Map<string, number>();
const put = defineTool({
  name: 'put',
  input: z.object({ key: z.string() }),
  output: z.object({ key: z.string() }),
  effect: 'idempotent',
  run({ key }, { idempotencyKey }) {
    looked.set(idempotencyKey, (looked.get(idempotencyKey) ?? 0) + 1);
    return { key };
  },
});

/** The same agent twice: as an activity, and as a local one. */
function twin(name: string, local: boolean) {
  return defineAgent({
    name,
    local,
    input: z.object({ mode: z.string().default('succeed') }),
    output: z.object({ attempt: z.number() }),
    timeoutMs: 900,
    retry: { maxAttempts: 3, initialIntervalMs: 20 },
    tools: { put },
    async run({ mode }, { think, tools, attempt, signal, ask }) {
      think('Working', { progress: 50 });
      await tools.put({ key: mode });
      if (mode === 'fail' || (mode === 'recover' && attempt === 1)) throw new Error(`broken on ${attempt}`);
      if (mode === 'hang') await sleep(5_000, undefined, { signal });
      if (mode === 'invalid') return { attempt: 'one' as never };
      if (mode === 'ask') await ask({ question: 'Go on?' });
      return mode === 'silent' ? (undefined as never) : { attempt };
    },
  });
}

const slowRetry = defineAgent({
  name: 'slow_retry',
  local: true,
  input: z.object({}),
  output: z.object({ attempt: z.number() }),
  retry: { maxAttempts: 3, initialIntervalMs: 1_050, backoff: 1 },
  run: (_input, { attempt }) => {
    if (attempt < 3) throw new Error('not yet');
    return { attempt };
  },
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [twin('normal', false), twin('nearby', true), slowRetry] });
});
afterAll(() => worker.stop());

/** What is the same in both: neither names, times nor identities. */
function comparable(events: NewEvent[], outcome: AgentOutcome) {
  const text = JSON.stringify(
    events.map(({ type, attempt, final, generation, payload }) => ({ type, attempt, final, generation, payload })),
  );
  const own = { ...outcome, execution_time_ms: 0 };
  const anonymous = (json: string) =>
    JSON.parse(
      json
        .replaceAll('nearby', 'normal')
        .replaceAll(/("(?:queue_ms|execution_time_ms|next_attempt_in_ms)"):\d+/g, '$1:0'),
    ) as unknown;
  return { events: anonymous(text), outcome: anonymous(JSON.stringify(own)) };
}

describe('a local agent', () => {
  test.each(['succeed', 'recover', 'fail', 'silent', 'invalid', 'ask'])(
    'tells and comes to the same as its twin: %s',
    async (mode) => {
      const answer = mode === 'ask' ? 'approve' : undefined;
      const [normal, local] = [
        await worker.runAgent('normal', { mode }, { answer }),
        await worker.runAgent('nearby', { mode }, { answer }),
      ];
      const [one, other] = [normal, local].map(({ events, outcome }) => {
        const ids = events.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const told = events.filter(({ agent }) => agent !== null);
        return comparable(told, outcome);
      });
      expect(other).toEqual(one);
      expect((await activityHistory(normal.handle)).map(({ type }) => type)).toContain('normal');
      expect(await activityHistory(local.handle)).toEqual([]);
    },
  );

  test('that takes too long dies of it once and says so', async () => {
    const { outcome, events } = await worker.runAgent('nearby', { mode: 'hang' }, { limits: { timeout_ms: 250 } });
    expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentTimeout' } });
    expect(events.filter(({ agent }) => agent).at(-1)).toMatchObject({
      type: 'agent_death',
      payload: { reason: 'timeout', limit_ms: 250 },
    });
  });

  test('repeats what it does to the world under one key', async () => {
    looked.clear();
    const { outcome } = await worker.runAgent('nearby', { mode: 'recover' });
    expect(outcome).toMatchObject({ success: true, recovered: true, attempts: 2 });
    expect([...looked.values()]).toEqual([1]);
  });

  test('waits for its next attempt by a timer of the workflow where the wait is long', async () => {
    const { outcome, events, handle } = await worker.runAgent('slow_retry');
    expect(outcome).toMatchObject({ success: true, attempts: 3, result: { attempt: 3 } });
    const TIMER_STARTED = 17;
    const types = ((await handle.fetchHistory()).events ?? []).map(({ eventType }) => eventType);
    expect(types.filter((type) => type === TIMER_STARTED).length).toBeGreaterThanOrEqual(2);
    const folded = events.map((event, index) => ({ ...event, seq: index + 1, epoch: 'e' }) as BatonEvent);
    const [run] = folded.reduce(foldFeed, emptyFeed()).runs;
    expect(run?.agents).toMatchObject([{ agent: 'slow_retry', state: 'completed', attempt: 3 }]);
  });

  test('is refused a longer limit than it may have', async () => {
    const { run } = await worker.runAgent('nearby', {}, { limits: { timeout_ms: 2_000 } });
    expect(run).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('1000 ms') },
    });
  });
});
