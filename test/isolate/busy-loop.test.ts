import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isolatedAgents } from '../support/isolated-agents.ts';
import { isRunning, processGone } from '../support/process-gone.ts';
import { startTestWorker } from '../support/test-run.ts';

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: isolatedAgents });
});
afterAll(() => worker.stop());

/** Starts an agent that thinks its process id, and gives that. */
async function startTelling(agent: string, input: unknown) {
  const { handle, runId } = await worker.start('runAgent', { agent, input });
  const thought = await worker.recorder.until((event) => event.run_id === runId && event.type === 'agent_thinking');
  return { handle, runId, pid: Number((thought.payload as { reasoning: string }).reasoning) };
}

async function cancel(handle: Awaited<ReturnType<typeof startTelling>>['handle'], runId: string) {
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  return worker.recorder.of(runId).filter(({ type }) => type.startsWith('agent_cancel'));
}

test('an agent that computes for three heartbeat timeouts without a pause is not taken for lost', async () => {
  const { outcome } = await worker.runAgent('spinner', { ms: 1_500 }, { limits: { heartbeat_timeout_ms: 500 } });
  expect(outcome).toMatchObject({ success: true, attempts: 1, result: { pid: expect.any(Number) } });
  expect(outcome.result).not.toEqual({ pid: process.pid });
});

test('the cancel of an agent that hears nothing kills its process and is told as stopped', async () => {
  const { handle, runId, pid } = await startTelling('spinner', { ms: 60_000 });
  expect(isRunning(pid)).toBe(true);
  const told = await cancel(handle, runId);
  await processGone(pid);
  expect(told.map(({ type, payload }) => [type, payload.stage ?? payload.outcome])).toEqual([
    ['agent_cancelling', 'requested'],
    ['agent_cancelling', 'delivered'],
    ['agent_cancelled', 'stopped'],
  ]);
});

test('an agent that hears its signal stops by itself', async () => {
  const { handle, runId, pid } = await startTelling('listener', {});
  const told = await cancel(handle, runId);
  expect(told.at(-1)).toMatchObject({ type: 'agent_cancelled', payload: { outcome: 'stopped' } });
  await processGone(pid);
});

test('an agent over its time limit is killed', async () => {
  // The limit counts the start of a process as well, which a busy machine can spend a second on: one that waits is used.
  await worker.runAgent('spinner', { ms: 0 });
  const { outcome, events } = await worker.runAgent('spinner', { ms: 60_000 }, { limits: { timeout_ms: 3_000 } });
  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentTimeout' } });
  const thought = events.find(({ type }) => type === 'agent_thinking')?.payload as { reasoning: string };
  await processGone(Number(thought.reasoning));
});
