import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { defineApp } from '../../src/agents/define-app.ts';
import type { RunHandle } from '../../src/client.ts';
import { testApp, type TestApp } from '../../src/testing/test-app.ts';
import app from '../support/buggy-app.ts';
import { endedIn } from '../support/ended-in.ts';
import { callBaton } from '../cli/call-baton.ts';
import { temporaryDir } from '../cli/run-baton.ts';
import { faultTest } from '../support/fault-test.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';
import * as workflows from '../support/buggy-workflows.ts';

let t: TestApp;
let waitingInVain: RunHandle;
beforeAll(async () => {
  t = await testApp(app);
  // It takes the time in which the others run.
  waitingInVain = await t.start(workflows.waitsInVain, {}, { timeoutMs: 1_000 });
});
afterAll(() => t.stop());

const ended = (run: RunHandle, waitMs?: number) => endedIn(t, run, waitMs);

faultTest(
  'a run whose code ignores a failing agent ends with its error, is undone, and its other agents stop',
  { kind: 13, before: 'the workflow task failed for ever by an unhandled rejection, and the run stayed open' },
  async () => {
    const handle = await t.start(workflows.ignoresFailure, {});
    const run = await ended(handle);
    expect(run.status).toBe('failed');
    expect(run.error).toEqual({ type: 'AgentFailed', message: 'the card was refused' });
    expect(run.compensations).toMatchObject([{ agent: 'quick', success: true }]);
    const stopped = (await t.events(handle)).filter(({ type }) => type === 'agent_cancelled');
    expect(stopped.map(({ agent }) => agent)).toContain('endless');
    return `failed with AgentFailed after ${run.ms} ms, undone, and the other agent was cancelled`;
  },
);

faultTest(
  'a run whose code ignores a refused call fails when the code returns',
  { kind: 13, before: 'the workflow task failed for ever by an unhandled rejection, and the run stayed open' },
  async () => {
    const run = await ended(await t.start(workflows.ignoresRefusal, {}));
    expect(run).toMatchObject({ status: 'failed', error: { type: 'InvalidInput' } });
    return `failed with InvalidInput after ${run.ms} ms`;
  },
);

faultTest(
  'a failure that the code waits for late is left to the code',
  { kind: 13, before: 'the workflow task failed for ever by an unhandled rejection and the run stayed open' },
  async () => {
    const run = await ended(await t.start(workflows.waitsLate, {}));
    expect(run).toMatchObject({ status: 'completed', result: ['fulfilled', 'rejected'] });
    return 'completed with the failure in the hands of the code';
  },
);

faultTest(
  'a run whose code catches every cancel and goes on is cancelled all the same',
  { kind: 13, before: 'the code ran in a circle, its task timed out again and again, and the run stayed open' },
  async () => {
    const took: number[] = [];
    for (const code of [workflows.ignoresStop, workflows.sleepsOn]) {
      const handle = await t.start(code, {});
      await t.until(handle, ({ type }) => type === 'agent_started');
      await handle.cancel();
      const run = await ended(handle);
      expect(run.status).toBe('cancelled');
      took.push(run.ms);
    }
    return `cancelled after ${took.join(' and ')} ms, whether it calls agents or sleeps`;
  },
);

faultTest(
  'whatever the code throws, its run fails with a message that can be read',
  { kind: 13, before: 'an error of 5 MB or without a text left the run open or without an end of its own' },
  async () => {
    const messages: Record<string, string> = {};
    const oddities = ['undefined', 'text', 'long', 'frozen', 'cycle', 'hostile', 'null-prototype', 'symbol'] as const;
    for (const what of oddities) {
      const run = await ended(await t.start(workflows.throwsOddly, { what }));
      expect([what, run.status, run.error?.type]).toEqual([what, 'failed', 'AgentFailed']);
      messages[what] = run.error?.message ?? '';
    }
    expect(messages).toMatchObject({ text: 'out of luck', frozen: 'cold', cycle: 'it goes round' });
    expect(messages.long).toHaveLength(2_000);
    return `${oddities.length} oddities failed their runs, the longest message has 2000 characters`;
  },
);

faultTest(
  'baton show names the file and line of a failure that only the code itself can handle',
  { kind: 13, before: 'baton show said that the workflow fails, and no file and line of it' },
  async () => {
    const handle = await t.start(workflows.forgetsFunction, {});
    const { workflow } = t.temporal;
    const isFailing = async () => (await workflow.getHandle(handle.workflowId).describe()).raw.pendingWorkflowTask;
    await until(isFailing, (task) => (task?.attempt ?? 1) > 1);
    await using dir = await temporaryDir();
    const { address } = shared();
    const args = ['show', handle.workflowId];
    const { stdout } = await callBaton(args, { dataDir: dir.path, env: { TEMPORAL_ADDRESS: address } });
    await workflow.getHandle(handle.workflowId).terminate('its test has seen enough');
    expect(stdout).toContain('nobody waits for me');
    const [place] = /buggy-workflows\.ts:\d+/.exec(stdout) ?? [];
    const line = readFileSync('test/support/buggy-workflows.ts', 'utf8').split('\n')[Number(place?.split(':')[1]) - 1];
    expect(line ?? 'no line is named').toContain("new Error('nobody waits for me')");
    return `baton show says ${place}`;
  },
);

faultTest(
  'a cancelled run whose code forgot one agent may still clean up',
  { kind: 13, before: 'the workflow task failed for ever by an unhandled rejection, and the run stayed open' },
  async () => {
    const handle = await t.start(workflows.cleansUp, {});
    await t.until(handle, ({ type, agent_run }) => type === 'agent_started' && agent_run === 'endless-2');
    await handle.cancel();
    const run = await ended(handle);
    expect(run.status).toBe('cancelled');
    const cleaned = (await t.events(handle)).filter(
      ({ type, agent }) => type === 'agent_completed' && agent === 'quick',
    );
    expect(cleaned).toHaveLength(3);
    return `cancelled after ${run.ms} ms, and three agents cleaned up before`;
  },
);

faultTest(
  'an undo that names nobody is refused, and what was registered before is undone',
  { kind: 13, before: 'the run failed by a TypeError of the engine, with nothing undone' },
  async () => {
    for (const entry of [undefined, { agent: 'nobody' }]) {
      const handle = await t.start(workflows.registersNonsense, { entry });
      expect(await ended(handle)).toMatchObject({ status: 'failed', error: { type: 'InvalidInput' } });
      const undone = (await t.events(handle)).filter(({ type }) => type === 'compensation_completed');
      expect(undone.map(({ payload }) => payload)).toMatchObject([{ agent: 'quick', success: true }]);
    }
    return 'failed with InvalidInput, the entry before it was undone';
  },
);

faultTest(
  'a workflow that is exported under another name than its own is refused by its worker',
  { kind: 13, before: 'it was accepted, and each of its runs hung: no worker had a workflow of its name' },
  async () => {
    const misnamed = defineApp({ agents: [], workflows: new URL('../support/misnamed-workflows.ts', import.meta.url) });
    const refused = await testApp(misnamed).then(
      async (made) => made.stop().then(() => 'accepted'),
      (error: Error) => error.message,
    );
    expect(refused).toMatch(/misnamed-workflows\.ts exports workflow trip as voyage; use one name for both$/);
    return 'refused when the worker is made, with file and both names';
  },
);

faultTest(
  'what the code leaves behind is stopped when the code ends',
  { kind: 13, before: 'an agent that nobody waited for was shown at work in a completed run' },
  async () => {
    const handle = await t.start(workflows.leavesWork, {});
    const run = await ended(handle);
    expect(run).toMatchObject({ status: 'completed', result: 'done' });
    const events = await t.events(handle);
    const at = (type: string, agent: string) => events.findIndex((each) => each.type === type && each.agent === agent);
    expect(at('agent_cancelled', 'endless')).toBeGreaterThan(0);
    expect(events.at(-1)?.type).toBe('run_completed');
    return 'the agent left behind is cancelled before the run completes';
  },
);

faultTest(
  'a run whose code ends in the middle of its undos ends once all of them are done',
  { kind: 13, before: 'the run ended in the middle of them: a reservation stayed, and nobody said so' },
  async () => {
    const lasted: number[] = [];
    for (const [how, status] of [
      ['returns', 'completed'],
      ['fails', 'failed'],
    ] as const) {
      const handle = await t.start(workflows.forgetsSagas, { how });
      const run = await ended(handle);
      const types = (await t.events(handle)).map(({ type }) => type);
      const count = (type: string) => types.filter((each) => each === type).length;
      expect({
        status: run.status,
        began: count('compensation_started'),
        undone: count('compensation_completed'),
      }).toEqual({ status, began: 4, undone: 4 });
      expect(types.at(-1)).toMatch(/^run_/);
      lasted.push(run.ms);
    }
    return `4 of 4 undos are done before the end, after ${lasted.join(' and ')} ms, whether the code returns or fails`;
  },
);

faultTest(
  'a run that waits for what never comes ends at its deadline',
  { kind: 13, before: 'the run stayed open, six minutes past its deadline', timeoutMs: 40_000 },
  async () => {
    const run = await ended(waitingInVain, 20_000);
    expect(run.status).toBe('timed_out');
    return `timed out ${run.execution_time_ms} ms after its start, with a limit of 1000 ms`;
  },
);
