import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';
import { gatedAgents } from '../support/gated-agents.ts';

const { agents, open, began } = gatedAgents();
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents });
});
afterAll(() => worker.stop());

const undoBy = (agent: string, name: string) => ({ compensate: { agent, input: { name }, of: name } });
const told = (runId: string) =>
  worker.recorder
    .of(runId)
    .filter(({ type }) => type === 'compensation_completed')
    .map(({ payload }) => [payload.of, payload.success]);

test('undoes what was registered in reverse when the run fails; one that fails does not stop the others', async () => {
  const steps = [undoBy('quick', 'r1'), undoBy('failing', 'r2'), undoBy('quick', 'r3'), { fail: 'no more' }];
  const { handle, runId } = await worker.start('scripted', { steps });
  const run = await outcomeOf(handle);
  expect(run.status).toBe('failed');
  expect(run.compensations?.map(({ of, success }) => [of, success])).toEqual([
    ['r3', true],
    ['r2', false],
    ['r1', true],
  ]);
  expect(told(runId)).toEqual([
    ['r3', true],
    ['r2', false],
    ['r1', true],
  ]);
  expect(began.slice(-2)).toEqual(['r3', 'r1']);
  expect(worker.recorder.of(runId).at(-1)).toMatchObject({ type: 'run_failed' });
});

test('undoes nothing after an error that the run went on from', async () => {
  const { handle, runId } = await worker.start('scripted', { steps: [undoBy('quick', 'kept'), { agent: 'failing' }] });
  await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
  expect(told(runId)).toEqual([]);
});

test('undoes a cancelled run, and goes on when it is cancelled again meanwhile', async () => {
  const steps = [undoBy('quick', 'c1'), undoBy('gated', 'c2'), { agent: 'gated', input: { name: 'work' } }];
  const { handle, runId } = await worker.start('scripted', { steps });
  const thinking = (agent_run: string) =>
    worker.recorder.until((e) => e.run_id === runId && e.type === 'agent_thinking' && e.agent_run === agent_run);
  await thinking('gated-1');
  await handle.cancel();
  await thinking('undo-c2-2');
  await handle.cancel();
  open('c2');
  await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(told(runId)).toEqual([
    ['c2', true],
    ['c1', true],
  ]);
});

test('undoes a run that is out of time', async () => {
  const steps = [undoBy('quick', 't1'), { agent: 'gated', input: { name: 'never' } }];
  const { handle, runId } = await worker.start('scripted', { steps }, { timeoutMs: 2_000 });
  await expect(outcomeOf(handle)).resolves.toMatchObject({ status: 'timed_out' });
  expect(told(runId)).toEqual([['t1', true]]);
});

test('names each undo of the run, also where an earlier part of it was undone before', async () => {
  const undo = (name: string) => ({ compensate: { agent: 'quick', input: { name } } });
  const { handle, runId } = await worker.start('scripted', {
    steps: [undo('u1'), { undo: true }, undo('u2'), { fail: '' }],
  });
  await outcomeOf(handle);
  const undone = worker.recorder.of(runId).filter(({ type }) => type === 'agent_completed');
  expect(undone.map(({ agent_run }) => agent_run)).toEqual(['undo-quick-1', 'undo-quick-2']);
});

test('an undo that does not say of what belongs to the call after it', async () => {
  const steps = [
    { agent: 'quick', input: { name: 'before' } },
    { compensate: { agent: 'quick', input: { name: 'u3' } } },
    { agent: 'quick', input: { name: 'undone' } },
    { fail: '' },
  ];
  const { handle, runId } = await worker.start('scripted', { steps });
  await outcomeOf(handle);
  expect(told(runId)).toEqual([['quick-2', true]]);
  expect(worker.recorder.of(runId).some(({ parent }) => parent === 'quick-2')).toBe(true);
});
