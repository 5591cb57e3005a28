import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { FailureType } from '../../src/contracts/names.ts';
import { activityHistory } from '../support/activity-history.ts';
import { startTestWorker } from '../support/test-run.ts';
import { withoutOverruled } from '../../src/testing/without-overruled.ts';

const nothing = z.object({});
const aborted: string[] = [];

/** Hears the signal, and speaks once more at 600 ms as if it had not. */
const deaf = defineAgent({
  name: 'deaf',
  input: nothing,
  output: nothing,
  async run(_input, { signal, think }) {
    signal.addEventListener('abort', () => aborted.push(String(signal.reason)));
    think('Sleeping');
    await sleep(600);
    think('Slept');
    return {};
  },
});

/** Thinks for long without a tool call or a thought. */
const silentWorker = defineAgent({
  name: 'quiet',
  input: nothing,
  output: nothing,
  heartbeatTimeoutMs: 400,
  async run() {
    await sleep(1_500);
    return {};
  },
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [deaf, silentWorker] });
});
afterAll(() => worker.stop());

describe('an agent over its time limit', () => {
  test('dies of it once, is told by its signal, and is not heard afterwards', async () => {
    const { outcome, events, handle, run } = await worker.runAgent('deaf', {}, { limits: { timeout_ms: 300 } });

    expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentTimeout' } });
    expect(outcome.error?.message).toMatch(/timed out .*300 ms/);
    expect(aborted).toEqual([expect.stringContaining('timed out')]);
    const own = withoutOverruled(events.filter(({ agent }) => agent));
    expect(own.map(({ type }) => type)).toEqual(['agent_started', 'agent_thinking', 'agent_death']);
    expect(own.at(-1)?.payload).toMatchObject({ reason: 'timeout', limit_ms: 300 });
    expect(await activityHistory(handle)).toMatchObject([{ attempts: 1 }]);

    await sleep(500);
    expect(worker.recorder.of(run.run_id)).toHaveLength(events.length);
  });

  test('is tried again where it says so', async () => {
    const limits = {
      timeout_ms: 500,
      max_attempts: 2,
      initial_interval_ms: 10,
      retry_on: ['AgentTimeout'] as FailureType[],
    };
    const { outcome, events } = await worker.runAgent('deaf', {}, { limits });

    const timedOut = expect.objectContaining({ error: expect.objectContaining({ type: 'AgentTimeout' }) });
    expect(outcome).toEqual(timedOut);
    expect(outcome.success).toBe(false);
    // One that the server's limit ends on a busy machine, before the attempt can say so, is lost and not one of the two.
    expect(outcome.attempts).toBeGreaterThanOrEqual(2);
    const own = withoutOverruled(events.filter(({ agent }) => agent));
    expect(own.filter(({ type }) => type === 'agent_death')).toHaveLength(1);
    // So may the next attempt take it for lost which had already said that it is tried again.
    const retrying = events.filter(({ type }) => type === 'agent_retrying');
    expect(retrying.length).toBeGreaterThanOrEqual(outcome.attempts - 1);
    expect(retrying).toContainEqual(expect.objectContaining({ payload: timedOut }));
  });
});

test('an agent that is silent for three heartbeat timeouts is not taken for lost', async () => {
  const { outcome } = await worker.runAgent('quiet');
  expect(outcome).toMatchObject({ success: true, attempts: 1 });
});
