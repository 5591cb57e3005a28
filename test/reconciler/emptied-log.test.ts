import { expect } from '@jest/globals';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { faultTest } from '../support/fault-test.ts';
import { openTestStores } from '../support/open-test-stores.ts';
import { startTestClient } from '../support/test-client.ts';
import { until } from '../support/until.ts';
import { anything, trip, walk } from '../support/walk-and-trip.ts';

const undoer = defineAgent({ name: 'undoer', ...anything, run: () => ({}) });

faultTest(
  'what a log that was emptied can still be given of a run begins with its beginning',
  { kind: 5, before: 'The end of an undo stood before `run_started`.' },
  async () => {
    const at = await startTestClient({ agents: [walk, trip, undoer] });
    const emptied = await openTestStores();
    const steps = [
      { id: 'walk', agent: 'walk', compensate: { agent: 'undoer' } },
      { id: 'trip', agent: 'trip' },
    ];
    const baton = await at.clientOf('emptied');
    const run = await baton.start('runPlan', { plan: { name: 'basket', steps }, input: {} });
    expect(await run.result()).toMatchObject({ status: 'failed' });
    const { taskQueue, temporal, store } = at;
    const stopReconciler = startReconciler({
      ...emptied,
      effects: store.effects,
      client: temporal.workflow,
      everyMs: 200,
      taskQueue,
    });
    const types = await until(
      async () => (await emptied.log.read({ userId: 'emptied', after: 0, limit: 100 })).map(({ type }) => type),
      (seen) => seen.includes('run_failed'),
    );
    expect(types).toEqual(['run_started', 'compensation_completed', 'run_failed']);
    await stopReconciler();
    await at.stop();
    await emptied.remove();
    return `The emptied log has ${types.join(', ')}.`;
  },
);
