import { afterAll, beforeAll, expect } from '@jest/globals';
import { testApp, type TestApp } from '../../../src/testing/test-app.ts';
import app from '../../support/buggy-app.ts';
import * as workflows from '../../support/buggy-workflows.ts';
import { endedIn } from '../../support/ended-in.ts';
import { faultTest } from '../../support/fault-test.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp(app);
});
afterAll(() => t.stop());

const TOO_LARGE = { status: 'failed', error: { type: 'RunTooLarge' } };

faultTest(
  'a run of 2,001 agents at once completes',
  { kind: 13, before: 'the server refused every task of the run, which stayed open', timeoutMs: 300_000 },
  async () => {
    const run = await endedIn(t, await t.start(workflows.callsMany, { times: 2_001 }), 240_000);
    expect(run).toMatchObject({ status: 'completed', result: 2_001 });
    return `2001 agents completed in ${run.ms} ms`;
  },
);

faultTest(
  'a run whose history has too many bytes is undone and ends before the server terminates it',
  { kind: 13, before: 'the server terminated the run, with nothing undone', timeoutMs: 150_000 },
  async () => {
    const handle = await t.start(workflows.fillsHistory, { bytes: 60_000_000 });
    const run = await endedIn(t, handle, 120_000);
    expect(run).toMatchObject({ ...TOO_LARGE, compensations: [{ agent: 'quick', success: true }] });
    const { historySize = 0 } = await t.temporal.workflow.getHandle(handle.workflowId).describe();
    expect(historySize).toBeLessThan(45_000_000);
    return `RunTooLarge at ${historySize} bytes, undone`;
  },
);

faultTest(
  'a run whose history has too many events keeps room to undo all that it did',
  { kind: 13, before: 'the server terminated the run, with nothing undone', timeoutMs: 500_000 },
  async () => {
    const undos = 1_000;
    const handle = await t.start(workflows.neverEnds, { undos });
    const run = await endedIn(t, handle, 480_000);
    expect(run).toMatchObject(TOO_LARGE);
    expect(run.compensations?.filter(({ success }) => success)).toHaveLength(undos);
    const { historyLength } = await t.temporal.workflow.getHandle(handle.workflowId).describe();
    expect(historyLength).toBeLessThan(51_200);
    return `RunTooLarge, ${undos} things undone, ${historyLength} events in all`;
  },
);
