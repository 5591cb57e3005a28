import { expect } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { isRunEnd } from '../../src/contracts/is-run-end.ts';
import type { RunOutcome } from '../../src/contracts/run.ts';
import { createBooker } from '../support/booker.ts';
import { faultTest } from '../support/fault-test.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';

faultTest(
  'a run that is terminated while its end is being published ends as it said, and nothing of it is undone',
  {
    kind: 2,
    before: 'What the run did was undone, while a worker could publish at any moment that the run had completed.',
    timeoutMs: 60_000,
  },
  async () => {
    const { booker, did, letGo } = createBooker();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: free, resolve: release } = Promise.withResolvers<void>();
    const at = await startReconciledWorker({
      agents: [booker],
      notifier: ({ log }) => {
        async function slow(events: readonly NewEvent[]) {
          if (!events.some(({ type }) => type === 'run_completed')) return;
          reach();
          await free;
        }
        return {
          ...log,
          async publish(event: NewEvent) {
            await slow([event]);
            await log.publish(event);
          },
          async end(events: readonly NewEvent[], outcome?: RunOutcome) {
            await slow(events);
            await log.append(events, { outcome });
          },
        };
      },
    });
    letGo('flight');
    const input = { agent: 'booker', input: { what: 'flight' } };
    const { handle } = await at.worker.start('runAgent', input, { userId: 'ann' });
    await reached;
    await handle.terminate('enough');
    const events = await at.until('ann', isRunEnd);
    release();
    await at.stop();
    expect(events.map(({ type }) => type).filter((type) => /^(run|comp)/.test(type))).toEqual([
      'run_started',
      'run_completed',
    ]);
    expect(did).toEqual(['book flight']);
    return 'Its feed ends as completed, once, and its booking stands.';
  },
);
