import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { RunState } from '../../src/contracts/run-start.ts';
import { startTestWorker } from '../support/test-run.ts';
import { until } from '../support/until.ts';

let executions = 0;
const careful = defineAgent({
  name: 'careful',
  input: z.unknown(),
  output: z.object({ said: z.array(z.string()) }),
  async run(_input, ctx) {
    executions += 1;
    const first = await ctx.ask({ question: 'Delete it?', options: ['yes', 'no'] });
    const second = await ctx.ask({ question: 'Really?', options: ['yes', 'no'] });
    return { said: [first.decision, second.decision] };
  },
});
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [careful] });
});
afterAll(() => worker.stop());

const steps = [{ ask: { id: 'publish', question: 'Publish?', options: ['approve', 'reject'], expiresMs: 30_000 } }];

function asked(runId: string, id: string) {
  return worker.recorder.until(
    (event) => event.run_id === runId && event.type === 'approval_requested' && event.payload.approval_id === id,
  );
}

test('waits until somebody decides, says so, and takes the first decision', async () => {
  const { handle, runId } = await worker.start('scripted', { steps });
  await expect(asked(runId, 'publish')).resolves.toMatchObject({ payload: { question: 'Publish?' } });
  await expect(handle.query<RunState>('state')).resolves.toMatchObject({
    status: 'waiting',
    approvals: [{ approval_id: 'publish', options: ['approve', 'reject'] }],
  });
  const decision = { approval_id: 'publish', decision: 'approve', by: 'ann', comment: 'fine' };
  await handle.signal('decide', decision);
  await handle.signal('decide', { ...decision, decision: 'reject', by: 'bob' });
  await expect(handle.result()).resolves.toMatchObject({ status: 'completed', result: [decision] });
  const decided = worker.recorder.of(runId).filter(({ type }) => type === 'approval_decided');
  expect(decided.map(({ payload }) => payload)).toEqual([decision]);
});

test('refuses what is no option or was decided before, with the first decision shown', async () => {
  const two = [...steps, { ask: { id: 'later', question: 'And now?' } }];
  const { handle, runId } = await worker.start('scripted', { steps: two });
  await asked(runId, 'publish');
  const decide = (approval_id: string, decision: string) =>
    handle.executeUpdate('decide', { args: [{ approval_id, decision, by: 'ann' }] });
  await expect(decide('publish', 'maybe')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('approve, reject') },
  });
  await expect(decide('nothing', 'approve')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('asks nothing named nothing') },
  });
  await decide('publish', 'approve');
  await expect(decide('publish', 'reject')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('decided before: approve, by ann') },
  });
  await decide('later', 'approve');
  await handle.result();
});

test('takes the default when nobody answers in time', async () => {
  const ask = { id: 'quiet', question: 'Anybody?', expiresMs: 50, onExpiry: 'reject' };
  const { handle } = await worker.start('scripted', { steps: [{ ask }] });
  await expect(handle.result()).resolves.toMatchObject({ result: [{ decision: 'reject', by: 'expiry' }] });
});

test('runs an agent again with the answers to its questions, holding nothing while it waits', async () => {
  const { handle, runId } = await worker.start('runAgent', { agent: 'careful', input: {} });
  for (const [id, decision] of [
    ['careful-1.1', 'yes'],
    ['careful-1.2', 'no'],
  ] as const) {
    await expect(asked(runId, id)).resolves.toMatchObject({ payload: { asked_by: 'careful-1' } });
    // The activity that published the question ends a moment after it did.
    await until(
      () => handle.describe(),
      ({ raw }) => raw.pendingActivities?.length === 0,
    );
    await handle.signal('decide', { approval_id: id, decision, by: 'ann' });
  }
  await expect(handle.result()).resolves.toMatchObject({ result: { result: { said: ['yes', 'no'] } } });
  expect(executions).toBe(3);
  const ends = worker.recorder.of(runId).filter(({ type }) => type === 'agent_completed');
  expect(ends).toHaveLength(1);
});

test.each([
  ['its run is cancelled', 60_000, 'run_cancelled'],
  ['its run is out of time', 4_000, 'run_failed'],
])('an agent that waits for its answer has stopped when %s', async (_when, timeoutMs, end) => {
  const input = { agent: 'careful', input: {} };
  const { handle, runId } = await worker.start('runAgent', input, { timeoutMs });
  await asked(runId, 'careful-1.1');
  if (timeoutMs === 60_000) await handle.cancel();
  await expect(handle.result()).rejects.toThrow();
  const events = worker.recorder.of(runId).slice(-3);
  expect(events.map(({ type }) => type)).toEqual(['agent_cancelling', 'agent_cancelled', end]);
  expect(events[1]).toMatchObject({
    agent_run: 'careful-1',
    attempt: 1,
    final: true,
    payload: { outcome: 'stopped', time_to_stop_ms: expect.any(Number) },
  });
});
