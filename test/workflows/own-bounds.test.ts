import { afterAll, beforeAll, expect } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { testApp, type TestApp } from '../../src/testing/test-app.ts';
import app from '../support/buggy-app.ts';
import * as workflows from '../support/buggy-workflows.ts';
import { endedIn } from '../support/ended-in.ts';
import { faultTest } from '../support/fault-test.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const anything = z.looseObject({});
const waits = defineAgent({
  name: 'waits',
  input: anything,
  output: anything,
  timeoutMs: 60_000,
  run: (_input, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
});
const quick = defineAgent({ name: 'quick', input: anything, output: z.boolean(), run: () => true });

let t: TestApp;
/** Payloads stay in the history here, and one agent works at once. */
let bare: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  t = await testApp(app);
  bare = await startTestWorker({ agents: [waits, quick], maxConcurrentAgents: 1, shutdownGraceMs: 10 });
});
afterAll(async () => {
  await t.stop();
  await bare.stop();
});

const names = (count: number) => Array.from({ length: count }, (_, n) => `n${n}`);

faultTest(
  'the inputs of many agents that are called at once go in several workflow tasks',
  { kind: 13, before: 'the server terminated the run, by GrpcMessageTooLarge' },
  async () => {
    const input = { agent: 'quick', names: names(20), text: 'x'.repeat(250_000) };
    const { handle } = await bare.start('sideBySide', input);
    const { status } = await outcomeOf(handle).catch((error: Error) => ({ status: error.message }));
    expect(status).toBe('completed');
    return '20 inputs of 250 kB completed';
  },
);

faultTest(
  'the results of many local agents are reported in several workflow tasks',
  { kind: 13, before: 'the server terminated the run, by GrpcMessageTooLarge' },
  async () => {
    const run = await endedIn(t, await t.start(workflows.fillsHistory, { bytes: 6_000_000 }), 20_000);
    expect(run).toMatchObject({ status: 'completed', result: 375 });
    return `375 results of 16 kB completed in ${run.ms} ms`;
  },
);

faultTest(
  'an input beyond every bound fails its agent',
  { kind: 13, before: 'there was no bound: what the server refused failed every task of the run' },
  async () => {
    const run = await endedIn(t, await t.start(workflows.demandsMuch, { bytes: 16_000_001 }), 20_000);
    expect(run).toMatchObject({ status: 'completed', result: 'PayloadTooLarge' });
    return 'an input of 16 MB failed its agent as PayloadTooLarge';
  },
);

faultTest(
  'limits of a call that the server does not take fail the call or are made to fit',
  { kind: 13, before: 'the server refused every task of the run, which stayed open' },
  async () => {
    const refused = { timeout_ms: 0, heartbeat_timeout_ms: -1, backoff: 0.5, max_attempts: 1.5 };
    for (const [name, value] of Object.entries(refused)) {
      const run = await endedIn(t, await t.start(workflows.demandsMuch, { limits: { [name]: value } }));
      expect([name, run.status, run.error?.type]).toEqual([name, 'failed', 'InvalidInput']);
    }
    const long = await t.start(workflows.demandsMuch, { limits: { initial_interval_ms: 20_000 } });
    expect(await endedIn(t, long)).toMatchObject({ status: 'completed', result: 'completed' });
    return 'four impossible limits failed their runs with InvalidInput, a long first wait was taken';
  },
);

faultTest(
  'a run asks 100 questions at most at once, and the others when one is answered',
  { kind: 13, before: 'all of them were open at once, each with timers and events of its own' },
  async () => {
    const handle = await t.start(workflows.asksMany, { times: 130 });
    const open = async () => (await handle.state()).approvals;
    const before = (await until(open, ({ length }) => length >= 100)).length;
    await handle.decide({ approval_id: 'q7', decision: 'approve' });
    const isAsked = (asked: Awaited<ReturnType<typeof open>>) =>
      asked.some(({ approval_id }) => approval_id === 'q100');
    const after = (await until(open, isAsked)).length;
    await handle.cancel();
    expect([before, after]).toEqual([100, 100]);
    return `${before} of 130 questions were open, and ${after} after one was answered`;
  },
);

// The last one: what it leaves waits in its worker's queue.
faultTest(
  'a run has 1,500 agents pending at most, and the others wait for their turn',
  { kind: 13, before: 'all were scheduled at once, and from 2,001 on the server refused every task of the run' },
  async () => {
    const { handle } = await bare.start('sideBySide', { agent: 'waits', names: names(1_600) });
    const pendingNow = async () => (await handle.describe()).raw.pendingActivities?.length ?? 0;
    const pending = await until(pendingNow, (count) => count >= 1_500);
    await handle.terminate('its test has seen enough');
    expect(pending).toBe(1_500);
    return `${pending} of 1600 agents were pending`;
  },
);
