import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { retryRun } from '../../src/client/retry-run.ts';
import { BatonError } from '../../src/contracts/baton-error.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { compensationIdOf, workflowIdOf } from '../../src/contracts/names.ts';
import { fairnessKey } from '../../src/reconciler/fairness-key.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import { outcomeOf } from '../support/test-run.ts';

type Did = { user: string; what: string };
const did: Did[] = [];
const of = (user: string) => did.filter((each) => each.user === user).map(({ what }) => what);

const input = z.object({ user: z.string(), what: z.string() });
const book = defineTool({
  name: 'book',
  effect: 'once',
  timeoutMs: 1_500,
  input,
  output: z.object({ booking: z.string() }),
  async run({ user, what }, { signal }) {
    did.push({ user, what: `book ${what}` });
    // The answer to a slow booking never comes.
    if (what === 'slow') await new Promise((_, reject) => signal.addEventListener('abort', reject));
    return { booking: what };
  },
  reconcile: ({ what }) => ({ done: { booking: what } }),
  async compensate({ user }, { booking }) {
    // Longer than the reconciler's rounds: it finds the undo under way.
    if (booking === 'hotel') await setTimeout(500);
    if (booking === 'fixed') throw new BatonError('Rejected', 'a fixed booking cannot be undone');
    did.push({ user, what: `undo ${booking}` });
  },
});
const note = defineTool({ name: 'note', effect: 'idempotent', input, output: z.object({}), run: () => ({}) });
const booker = defineAgent({
  name: 'booker',
  input,
  output: z.object({ booking: z.string() }),
  tools: { book },
  run: (given, { tools }) => tools.book(given),
});
const noter = defineAgent({
  name: 'noter',
  input,
  output: z.object({}),
  tools: { note },
  run: (i, c) => c.tools.note(i),
});
let holds = true;
const holder = defineAgent({
  name: 'holder',
  input: z.unknown(),
  output: z.object({}),
  run: (_input, { signal }) =>
    holds
      ? new Promise<object>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))
      : {},
});

let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  at = await startReconciledWorker({ agents: [booker, noter, holder] });
});
afterAll(() => at.stop());

const ended = ({ type }: BatonEvent) => type === 'run_failed';
const told = (events: BatonEvent[]) =>
  events
    .filter(({ type }) => /^(compensation_|agent_death|run_failed)/.test(type))
    .map(({ type, payload }) =>
      [type, payload.of ?? payload.reason ?? payload.status, payload.success].filter(Boolean),
    );

async function bookThenHold(userId: string, whats: string[], agent = 'booker') {
  const steps = whats.map((what) => ({ agent, input: { user: userId, what } }));
  const started = await at.worker.start('scripted', { steps: [...steps, { agent: 'holder' }] }, { userId });
  await at.until(userId, ({ type, agent: name }) => type === 'agent_started' && name === 'holder');
  return started;
}

test('what a terminated run did is undone in reverse, once, and told before its end', async () => {
  const { handle, workflowId } = await bookThenHold('ann', ['flight', 'hotel', 'fixed']);
  const { runId: temporalRun } = await handle.describe();
  await handle.terminate('enough');
  expect(told(await at.until('ann', ended))).toEqual([
    ['agent_death', 'terminated'],
    ['compensation_started', 'booker-3'],
    ['compensation_completed', 'booker-3'],
    ['compensation_started', 'booker-2'],
    ['compensation_completed', 'booker-2', true],
    ['compensation_started', 'booker-1'],
    ['compensation_completed', 'booker-1', true],
    ['run_failed', 'terminated'],
  ]);
  expect(of('ann')).toEqual(['book flight', 'book hotel', 'book fixed', 'undo hotel', 'undo flight']);
  const states = await at.worker.effects.list({ workflowId });
  expect(states.map(({ state }) => state)).toEqual(['compensated', 'compensated', 'done']);
  const undoing = at.worker.client.workflow.getHandle(compensationIdOf({ workflowId, temporalRun }));
  await expect(undoing.result()).resolves.toHaveLength(3);
  const { raw } = await undoing.describe();
  expect(raw.workflowExecutionInfo?.priority?.fairnessKey).toBe(fairnessKey('ann'));
});

test('a retry does again what was undone after the run was terminated', async () => {
  const { handle, workflowId } = await bookThenHold('ben', ['car']);
  await handle.terminate('enough');
  await at.until('ben', ended);
  holds = false;
  await retryRun({ client: at.worker.client.workflow, log: at.stores.log, workflowId }, { by: 'ben' });
  await expect(outcomeOf(at.worker.client.workflow.getHandle(workflowId))).resolves.toMatchObject({
    status: 'completed',
  });
  holds = true;
  expect(of('ben')).toEqual(['book car', 'undo car', 'book car']);
});

test('a call that was under way when the run was terminated is asked for, and undone if it happened', async () => {
  const steps = [{ agent: 'booker', input: { user: 'cem', what: 'slow' } }];
  const { handle } = await at.worker.start('scripted', { steps }, { userId: 'cem' });
  await at.until('cem', ({ type }) => type === 'tool_executing');
  await handle.terminate('enough');
  await at.until('cem', ended);
  expect(of('cem')).toEqual(['book slow', 'undo slow']);
});

test('what a run did is undone that the server closed at its timeout', async () => {
  const runId = randomUUID();
  const workflowId = workflowIdOf({ workflow: 'scripted', userId: 'fay', runId });
  const context = { user_id: 'fay', thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = Object.fromEntries([booker, holder].map((agent) => [agent.name, limitsOf(agent)]));
  const input = { steps: [{ agent: 'booker', input: { user: 'fay', what: 'bus' } }, { agent: 'holder' }] };
  await at.worker.client.workflow.start('scripted', {
    workflowId,
    taskQueue: at.worker.taskQueue,
    args: [{ context, input, limits, timeout_ms: 60_000 }],
    workflowExecutionTimeout: 1_500,
  });
  expect(told(await at.until('fay', ended))).toEqual([
    ['agent_death', 'timeout'],
    ['compensation_started', 'booker-1'],
    ['compensation_completed', 'booker-1', true],
    ['run_failed', 'timed_out'],
  ]);
  expect(of('fay')).toEqual(['book bus', 'undo bus']);
});

test('nothing is undone that the run itself had undone, or that nobody can undo', async () => {
  // Terminated while it undoes: what the tools did is undone by then, and the last undo holds.
  const steps = [
    { compensate: { agent: 'holder', input: {} } },
    { agent: 'booker', input: { user: 'dee', what: 'train' } },
    { fail: 'no more' },
  ];
  const half = await at.worker.start('scripted', { steps }, { userId: 'dee' });
  await at.until('dee', ({ type, agent }) => type === 'agent_started' && agent === 'holder');
  // The undo by an agent that was cut off has an end too.
  await terminated('dee', half, [['compensation_completed', 'booker-1']]);
  await terminated('eve', await bookThenHold('eve', ['something'], 'noter'));
  expect(of('dee')).toEqual(['book train', 'undo train']);

  async function terminated(
    user: string,
    { handle, workflowId }: Awaited<ReturnType<typeof bookThenHold>>,
    cutOff: string[][] = [],
  ) {
    const { runId: temporalRun } = await handle.describe();
    await handle.terminate('enough');
    expect(told(await at.until(user, ended)).slice(-2 - cutOff.length)).toEqual([
      ['agent_death', 'terminated'],
      ...cutOff,
      ['run_failed', 'terminated'],
    ]);
    const undoing = at.worker.client.workflow.getHandle(compensationIdOf({ workflowId, temporalRun }));
    await expect(undoing.describe()).rejects.toThrow(/not found/i);
  }
});
