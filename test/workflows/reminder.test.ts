import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { startTestWorker } from '../support/test-run.ts';
import { until } from '../support/until.ts';

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [] });
});
afterAll(() => worker.stop());

const ask = { id: 'plan', question: 'Go on?', onExpiry: 'reject' };

function told(runId: string): string[] {
  return worker.recorder
    .of(runId)
    .filter(({ type }) => type.startsWith('approval_'))
    .map(({ type, payload }) =>
      (payload as { reminder?: boolean }).reminder ? 'reminder' : type.slice('approval_'.length),
    );
}

test('a question is brought to mind once before it expires, with the same words and the same end', async () => {
  const { handle, runId } = await worker.start('scripted', {
    steps: [{ ask: { ...ask, expiresMs: 600, remindMs: 300 } }],
  });
  await expect(handle.result()).resolves.toMatchObject({ result: [{ decision: 'reject', by: 'expiry' }] });
  expect(told(runId)).toEqual(['requested', 'reminder', 'decided']);
  const [first, reminder] = worker.recorder.of(runId).filter(({ type }) => type === 'approval_requested') as NewEvent[];
  expect(reminder?.payload).toEqual({ ...first?.payload, reminder: true });
});

test('a question that was decided is not brought to mind', async () => {
  const steps = [
    { ask: { ...ask, expiresMs: 600, remindMs: 300 } },
    { ask: { ...ask, id: 'next', expiresMs: 700, remindMs: 0 } },
  ];
  const { handle, runId } = await worker.start('scripted', { steps });
  await worker.recorder.until(({ type, run_id }) => run_id === runId && type === 'approval_requested');
  await handle.signal('decide', { approval_id: 'plan', decision: 'approve', by: 'ann' });
  await handle.result();
  expect(told(runId)).toEqual(['requested', 'decided', 'requested', 'decided']);
});

test('after a reminder the question can still be decided', async () => {
  const { handle, runId } = await worker.start('scripted', {
    steps: [{ ask: { ...ask, expiresMs: 60_000, remindMs: 59_900 } }],
  });
  const isReminder = ({ type, run_id, payload }: NewEvent) =>
    run_id === runId && type === 'approval_requested' && payload.reminder === true;
  await worker.recorder.until(isReminder);
  await handle.executeUpdate('decide', { args: [{ approval_id: 'plan', decision: 'approve', by: 'ann' }] });
  await expect(handle.result()).resolves.toMatchObject({ result: [{ decision: 'approve', by: 'ann' }] });
});

test.each<[expiresMs: number, remindsAtMs: number | undefined]>([
  [30_000, undefined],
  [60_000, 48_000],
  [24 * 3_600_000, 24 * 3_600_000 - 600_000],
])('by default a question of %i ms has its first timer after %s ms', async (expiresMs, remindsAtMs) => {
  const { handle, runId } = await worker.start('scripted', { steps: [{ ask: { ...ask, expiresMs } }] });
  await worker.recorder.until(({ type, run_id }) => run_id === runId && type === 'approval_requested');
  const waits = async () => {
    const { events } = await handle.fetchHistory();
    return (events ?? []).map(({ timerStartedEventAttributes: timer }) => Number(timer?.startToFireTimeout?.seconds));
  };
  // The question is told while the task that asks it is under way.
  await until(waits, (seconds) => seconds.includes((remindsAtMs ?? expiresMs) / 1_000));
  await handle.terminate();
});
