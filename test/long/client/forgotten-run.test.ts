import { afterAll, beforeAll, expect } from '@jest/globals';
import { startReconciler } from '../../../src/reconciler/start-reconciler.ts';
import { startEndingStage, type EndingStage } from '../../support/ending-stage.ts';
import * as workflows from '../../support/ending-workflows.ts';
import { faultTest } from '../../support/fault-test.ts';
import { losingEnds } from '../../support/losing-ends.ts';

const lost = new Set(['lost']);
let at: EndingStage;
beforeAll(async () => {
  at = await startEndingStage({ guard: (log) => losingEnds(log, lost) });
});
afterAll(() => at.stop());

faultTest(
  'a run has the same result before and after Temporal has deleted it',
  {
    kind: 4,
    before: 'result() said "there is no run" as soon as Temporal had deleted the run',
    timeoutMs: 300_000,
  },
  async () => {
    const baton = await at.clientOf('fred');
    const done = await baton.start(workflows.brief, { what: 'kept' });
    const failed = await baton.start(workflows.throwsIt, { what: 'plain' });
    const cancelled = await baton.start(workflows.endless, undefined);
    await cancelled.cancel();
    const runs = [done, failed, cancelled].map(async (run) => {
      const before = await run.result();
      const shown = await at.get(run);
      await at.forget(run);
      expect(await run.result()).toEqual(before);
      expect(await at.get(run)).toEqual(shown);
      return [shown.status, before.status];
    });
    expect(await Promise.all(runs)).toEqual(['completed', 'failed', 'cancelled'].map((status) => [status, status]));
    return 'a completed, a failed and a cancelled run give the same result and GET after Temporal has deleted them';
  },
);

faultTest(
  'a run whose end the reconciler published has the same result before and after Temporal has deleted it',
  {
    kind: 4,
    before: 'GET said completed with `result: null`, and result() that there was no run, once Temporal had deleted it',
    timeoutMs: 300_000,
  },
  async () => {
    const baton = await at.clientOf('gus');
    const { workflow: client } = at.temporal;
    const stop = startReconciler({ ...at.store, client, everyMs: 100, taskQueue: at.taskQueue });
    const run = await baton.start(workflows.brief, { what: 'kept' }, { runId: 'lost' });
    await at.endOf(run);
    await stop();
    await at.forget(run);
    const { status, result } = await at.get(run);
    expect({ status, result }).toEqual({ status: 'completed', result: { said: 'kept' } });
    expect(await run.result()).toMatchObject({ status, result });
    return 'completed with its result, by GET and result(), though the log had lost the end that the run itself published';
  },
);
