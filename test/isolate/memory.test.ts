import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isolatedAgents } from '../support/isolated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: isolatedAgents });
});
afterAll(() => worker.stop());

describe.each([
  ['heap_hog', /its heap reached the limit of 32 MB \(isolate.heapMb\)/],
  ['buffer_hog', /\d+ MB resident, its limit is 200 MB \(isolate.residentMb\)/],
])('%s', (agent, message) => {
  test('dies of memory once and is not tried again', async () => {
    const { outcome, events } = await worker.runAgent(agent);

    expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'OutOfMemory' } });
    expect(outcome.error?.message).toMatch(message);
    const own = events.filter((event) => event.agent);
    expect(own.map(({ type }) => type)).toEqual(['agent_started', 'agent_thinking', 'agent_death']);
    expect(own.at(-1)?.payload).toMatchObject({ reason: 'memory', message: outcome.error?.message });
  });

  test('harms no agent that works beside it', async () => {
    const [dying, beside] = await Promise.all([
      worker.runAgent(agent),
      worker.runAgent('isolated_talker', { ask: false }),
    ]);
    expect(dying.outcome.success).toBe(false);
    expect(beside.outcome).toMatchObject({ success: true, attempts: 1 });
  });
});

test('is tried again where it says so', async () => {
  const limits = { max_attempts: 2, initial_interval_ms: 10, retry_on: ['OutOfMemory' as const] };
  const { outcome, events } = await worker.runAgent('heap_hog', {}, { limits });
  expect(outcome).toMatchObject({ success: false, attempts: 2, error: { type: 'OutOfMemory' } });
  expect(events.filter(({ type }) => type === 'agent_death')).toHaveLength(1);
});
