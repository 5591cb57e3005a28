import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';

const { agents, open } = gatedAgents();
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
