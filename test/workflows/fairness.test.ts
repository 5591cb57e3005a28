import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { fairnessKey } from '../../src/reconciler/fairness-key.ts';
import { startTestWorker } from '../support/test-run.ts';

const BUSY_RUNS = 24;

/** Until it is opened the first agent holds the only place there is, and all others queue. */
const gate = Promise.withResolvers<void>();
const brief = defineAgent({
  name: 'brief',
  input: z.looseObject({}),
  output: z.looseObject({}),
  async run() {
    await gate.promise;
    return {};
  },
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [brief], maxConcurrentAgents: 1, fair: true });
});
afterAll(() => worker.stop());

const begin = (userId: string) =>
  worker.start('runAgent', { agent: 'brief', input: {} }, { userId, start: { fairness_key: fairnessKey(userId) } });

test('a user with one agent does not wait for the many of another user', async () => {
  const many = await Promise.all(Array.from({ length: BUSY_RUNS }, () => begin('greedy')));
  await worker.recorder.until(({ type, user_id }) => type === 'agent_started' && user_id === 'greedy');
  const modest = await begin('modest');
  await worker.recorder.until(({ type, user_id }) => type === 'agent_queued' && user_id === 'modest');
  gate.resolve();
  await Promise.all([...many, modest].map(({ handle }) => handle.result()));

  const starts = worker.recorder.events.filter(({ type }) => type === 'agent_started').map(({ user_id }) => user_id);
  const behind = starts.length - 1 - starts.indexOf('modest');
  expect(starts).toHaveLength(BUSY_RUNS + 1);
  // In the order of their coming it would be the last of all.
  expect(behind).toBeGreaterThan(BUSY_RUNS / 2);
});
