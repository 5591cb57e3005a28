import { afterAll, beforeAll, expect } from '@jest/globals';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { faultTest } from '../support/fault-test.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import { anything, trip, walk } from '../support/walk-and-trip.ts';

/** Undoes until it is told to stop. */
const undoer = defineAgent({
  name: 'undoer',
  ...anything,
  run: (_input, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
});

let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  at = await startReconciledWorker({ agents: [walk, trip, undoer] });
});
afterAll(() => at.stop());

faultTest(
  'an undo that a terminate cuts off ends in the feed, and says that nobody knows whether it was done',
  { kind: 5, before: 'Its compensation_started had no end: the page showed the undo under way for ever.' },
  async () => {
    const steps = [
      { id: 'walk', agent: 'walk', compensate: { agent: 'undoer' } },
      { id: 'trip', agent: 'trip' },
    ];
    const plan = { name: 'basket', steps };
    const { handle } = await at.worker.start('runPlan', { plan, input: {} }, { userId: 'cut-off' });
    await at.until('cut-off', ({ type, agent }) => type === 'agent_started' && agent === 'undoer');
    await handle.terminate('enough');
    const events = await at.until('cut-off', ({ type }) => type === 'run_failed');
    const undone = events.filter(({ type }) => type.startsWith('compensation_'));
    expect(undone.map(({ type, payload }) => [type, (payload as { success?: boolean }).success])).toEqual([
      ['compensation_started', undefined],
      ['compensation_completed', false],
    ]);
    expect(events.at(-1)?.type).toBe('run_failed');
    return 'It ends with success false before the run does, and says that it is not known whether it was undone.';
  },
);
