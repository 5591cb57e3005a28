import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const text = z.object({ text: z.string() });
const echo = defineAgent({ name: 'echo', input: text, output: text, run: (input) => input });
const broken = defineAgent({
  name: 'broken',
  input: z.unknown(),
  output: text,
  retry: { maxAttempts: 1 },
  run: () => {
    throw new Error('this agent never works');
  },
});
/** Ends only when the other one has begun: two of them end if and only if they run side by side. */
const begun = new Map<string, PromiseWithResolvers<void>>();
const latch = (name: string) => begun.get(name) ?? begun.set(name, Promise.withResolvers<void>()).get(name)!;
const paired = defineAgent({
  name: 'paired',
  input: z.object({ me: z.string(), other: z.string() }),
  output: text,
  async run({ me, other }) {
    latch(me).resolve();
    await latch(other).promise;
    return { text: me };
  },
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [echo, broken, paired] });
});
afterAll(() => worker.stop());

test('runs one agent and gives its outcome', async () => {
  const { run, outcome, events } = await worker.runAgent('echo', { text: 'hi' });
  expect(run.status).toBe('completed');
  expect(outcome).toMatchObject({ success: true, agent: 'echo', attempts: 1, result: { text: 'hi' } });
  expect(events.map(({ type }) => type)).toEqual(['run_started', 'agent_started', 'agent_completed', 'run_completed']);
});

test('ends as failed with the outcome when the agent failed', async () => {
  const { run, outcome, events } = await worker.runAgent('broken');
  expect(run).toMatchObject({ status: 'failed', error: { type: 'AgentFailed' } });
  expect(outcome).toMatchObject({ success: false, agent: 'broken', error: { message: 'this agent never works' } });
  expect(events.at(-1)).toMatchObject({ type: 'run_failed', payload: { status: 'failed' } });
});

test('refuses an agent that the app does not have, by name', async () => {
  const { run } = await worker.runAgent('nobody');
  expect(run).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('nobody') } });
});

test('runs agents side by side and names step, number of steps and parent in every event of theirs', async () => {
  const { handle, runId } = await worker.start('sideBySide', { agent: 'paired', names: ['a', 'b'] });
  const run = await outcomeOf<AgentOutcome[]>(handle);
  expect(run.result?.map(({ result }) => result)).toEqual([{ text: 'a' }, { text: 'b' }]);
  const ofB = worker.recorder.of(runId).filter(({ agent_run }) => agent_run === 'b');
  expect(ofB.map(({ type }) => type)).toEqual(['agent_started', 'agent_completed']);
  expect(ofB.every(({ step, of, parent }) => step === 'b' && of === 2 && parent === 'root')).toBe(true);
});
