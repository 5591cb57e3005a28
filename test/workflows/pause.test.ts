import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import type { RunState } from '../../src/contracts/run-start.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const { agents, open, began } = gatedAgents();
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents });
});
afterAll(() => worker.stop());

test('lets the running agent finish while paused, and starts the next one only when resumed', async () => {
  const steps = [
    { agent: 'gated', input: { name: 'first' } },
    { agent: 'quick', input: { name: 'second' } },
  ];
  const { handle, runId } = await worker.start('scripted', { steps });
  const here = (type: string) => worker.recorder.until((event) => event.run_id === runId && event.type === type);
  await here('agent_thinking');

  await handle.executeUpdate('pause', { args: [{ by: 'ops', reason: 'the provider is down' }] });
  const paused = await here('run_paused');
  expect(paused.payload).toEqual({ by: 'ops', action: 'pause', reason: 'the provider is down' });
  open('first');
  await here('agent_completed');
  await expect(handle.query<RunState>('state')).resolves.toMatchObject({ status: 'paused', paused_by: 'ops' });
  expect(began).toEqual(['first']);

  await handle.signal('resume', { by: 'ops' });
  await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  expect(began).toEqual(['first', 'second']);
  const types = worker.recorder.of(runId).map(({ type }) => type);
  expect(types.indexOf('run_resumed')).toBeGreaterThan(types.indexOf('agent_completed'));
});

test('refuses an update that does not say by whom, and ignores such a signal', async () => {
  const { handle, runId } = await worker.start('scripted', {
    steps: [{ agent: 'gated', input: { name: 'nameless' } }],
  });
  await expect(handle.executeUpdate('pause', { args: [{}] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('"by"') },
  });
  await handle.signal('pause');
  await expect(handle.query<RunState>('state')).resolves.toMatchObject({ status: 'running' });
  open('nameless');
  await handle.result();
  expect(worker.recorder.of(runId).some(({ type }) => type === 'run_paused')).toBe(false);
});

test('cancels a run that is paused', async () => {
  const { handle, runId } = await worker.start('scripted', { steps: [{ ask: { question: 'Go on?' } }] });
  await handle.executeUpdate('pause', { args: [{ by: 'ops' }] });
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(worker.recorder.of(runId).at(-1)).toMatchObject({ type: 'run_cancelled' });
});

test('tells nothing of an agent that a pause held up until its run was cancelled', async () => {
  const { handle, runId } = await worker.start('scripted', {
    steps: [
      { agent: 'gated', input: { name: 'before' } },
      { agent: 'quick', input: { name: 'held' } },
    ],
  });
  await worker.recorder.until(({ run_id, type }) => run_id === runId && type === 'agent_thinking');
  await handle.executeUpdate('pause', { args: [{ by: 'ops' }] });
  open('before');
  const agents = async () => (await handle.query<RunState>('state')).active;
  await until(agents, ([first]) => first === 'quick-1');
  await handle.cancel();
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(worker.recorder.of(runId).filter(({ agent }) => agent === 'quick')).toEqual([]);
});

test('a pause that comes with the start holds the run, which is told after its own start', async () => {
  const runId = randomUUID();
  const context = { user_id: 'u1', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = Object.fromEntries(agents.map((agent) => [agent.name, limitsOf(agent)]));
  const input = { steps: [{ agent: 'quick', input: { name: 'early' } }] };
  const handle = await worker.client.workflow.signalWithStart('scripted', {
    workflowId: workflowIdOf({ workflow: 'scripted', userId: 'u1', runId }),
    taskQueue: worker.taskQueue,
    args: [{ context, input, limits, timeout_ms: 60_000 }],
    signal: 'pause',
    signalArgs: [{ by: 'ops' }],
  });
  await worker.recorder.until(({ run_id, type }) => run_id === runId && type === 'run_paused');
  expect(worker.recorder.of(runId).map(({ type }) => type)).toEqual(['run_started', 'run_paused']);
  await expect(handle.query<RunState>('state')).resolves.toMatchObject({ status: 'paused' });
  await handle.signal('resume', { by: 'ops' });
  await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  expect(began).toContain('early');
});
