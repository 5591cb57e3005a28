import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';

const { agents: gated, open } = gatedAgents();
const told: string[] = [];

/** Hears that it must stop and needs a moment to do so. */
const slowToStop = defineTool({
  name: 'slow_to_stop',
  effect: 'none',
  input: z.object({}),
  output: z.object({}),
  async run(_input, { signal }) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    told.push('signal');
    await setTimeout(300);
    told.push('stopped');
    throw signal.reason;
  },
});
const busy = defineAgent({
  name: 'busy',
  input: z.unknown(),
  output: z.object({}),
  tools: { slowToStop },
  run: (_input, { tools }) => tools.slowToStop({}),
});
const single = defineAgent({
  name: 'single',
  input: z.unknown(),
  output: z.object({}),
  concurrency: { total: 1 },
  run: (_input, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
});
const agents = [...gated, busy, single];
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents, maxConcurrentAgents: 1 });
});
afterAll(() => worker.stop());

function until(runId: string, type: NewEvent['type']) {
  return worker.recorder.until((event) => event.run_id === runId && event.type === type);
}

async function cancelled(handle: { cancel(): Promise<unknown>; result(): Promise<unknown> }) {
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
}

function tail(runId: string) {
  return worker.recorder
    .of(runId)
    .filter(({ type }) => /cancel/.test(type))
    .map((event) => [event.type, event.payload.stage ?? event.payload.outcome ?? event.payload.status]);
}

test('tells each stage of a cancel: requested, delivered, stopped', async () => {
  const { handle, runId } = await worker.start('scripted', { steps: [{ agent: 'gated', input: { name: 'a' } }] });
  await until(runId, 'agent_thinking');
  await cancelled(handle);
  expect(tail(runId)).toEqual([
    ['agent_cancelling', 'requested'],
    ['agent_cancelling', 'delivered'],
    ['agent_cancelled', 'stopped'],
    ['run_cancelled', 'cancelled'],
  ]);
  const end = worker.recorder.of(runId).find(({ type }) => type === 'agent_cancelled');
  expect(end).toMatchObject({ agent_run: 'gated-1', final: true, payload: { time_to_stop_ms: expect.any(Number) } });
});

test('cancels an agent that waits for its next attempt at once', async () => {
  const { handle, runId } = await worker.start('scripted', { steps: [{ agent: 'backing_off' }] });
  await until(runId, 'agent_retrying');
  await cancelled(handle);
  expect(tail(runId)).toEqual([
    ['agent_cancelling', 'requested'],
    ['agent_cancelled', 'stopped'],
    ['run_cancelled', 'cancelled'],
  ]);
});

test('says of an agent without a free worker that it is queued, and cancels it with all its events told', async () => {
  const busy = await worker.start('scripted', { steps: [{ agent: 'gated', input: { name: 'busy' } }] });
  await until(busy.runId, 'agent_thinking');
  const { handle, runId } = await worker.start('scripted', { steps: [{ agent: 'quick' }] });
  await expect(until(runId, 'agent_queued')).resolves.toMatchObject({
    agent_run: 'quick-1',
    payload: { queue_ms: 1_000, reason: 'busy' },
  });
  await cancelled(handle);
  open('busy');
  await busy.handle.result();
  expect(worker.recorder.of(runId).map(({ type }) => type)).toEqual([
    'run_started',
    'agent_queued',
    'agent_cancelling',
    'agent_cancelled',
    'run_cancelled',
  ]);
});

test('waits until the running tool has stopped, ends its call, and tells the time from the request', async () => {
  const { handle, runId } = await worker.start('scripted', { steps: [{ agent: 'busy' }] });
  await until(runId, 'tool_executing');
  await cancelled(handle);
  expect(told).toEqual(['signal', 'stopped']);
  const events = worker.recorder.of(runId);
  expect(events.slice(-5).map(({ type }) => type)).toEqual([
    'agent_cancelling',
    'agent_cancelling',
    'tool_completed',
    'agent_cancelled',
    'run_cancelled',
  ]);
  const [call, agent, run] = events.slice(-3).map(({ payload }) => payload);
  expect(call).toMatchObject({ success: false });
  expect(agent).toMatchObject({ outcome: 'stopped' });
  expect(agent?.time_to_stop_ms).toBeGreaterThanOrEqual(300);
  expect(run?.time_to_stop_ms).toBeGreaterThanOrEqual(agent?.time_to_stop_ms as number);
});

test('cancels an agent that waits for a limit, and leaves the one that is within it alone', async () => {
  const within = await worker.start('scripted', { steps: [{ agent: 'single' }] });
  await until(within.runId, 'agent_started');
  const { handle, runId } = await worker.start('scripted', { steps: [{ agent: 'single' }] });
  await until(runId, 'agent_queued');
  await cancelled(handle);
  expect(tail(runId).slice(-2)).toEqual([
    ['agent_cancelled', 'stopped'],
    ['run_cancelled', 'cancelled'],
  ]);
  expect(worker.recorder.of(runId).some(({ type }) => type === 'agent_started')).toBe(false);
  expect(await worker.leases.taken({ pool: 'agent/single' })).toBe(1);
  await cancelled(within.handle);
});
