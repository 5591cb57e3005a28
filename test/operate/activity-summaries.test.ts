import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { summariesOf } from '../support/desk-view.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';

const { agents, open } = gatedAgents();
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents });
});
afterAll(() => worker.stop());

test('an agent is called by its name in the run, and a plan says of how many steps it is one', async () => {
  const steps = ['first', 'second'].map((id) => ({ id, agent: 'quick', input: {} }));
  const { handle } = await worker.start('runPlan', { plan: { name: 'two', steps } });
  await handle.result();
  expect(await summariesOf(handle)).toEqual(
    expect.arrayContaining(['first (one of 2 steps)', 'second (one of 2 steps)']),
  );
});

test('timers say what they wait for', async () => {
  const ask = { id: 'publish', question: 'Publish?', expiresMs: 100 };
  const { handle } = await worker.start('scripted', { steps: [{ ask }, { agent: 'gated', input: { name: 'slow' } }] });
  await worker.recorder.until(({ type, agent }) => type === 'agent_thinking' && agent === 'gated');
  open('slow');
  await handle.result();
  const summaries = await summariesOf(handle);
  expect(summaries).toContain('question expires: publish');
  expect(summaries).toContain('looks for agents that no worker took');
  expect(summaries).toContain('gated-1');
});

test('a name as long as names may be does not stop the run', async () => {
  const agentRun = '€'.repeat(3_000);
  const ask = { id: agentRun, question: 'Publish?', expiresMs: 10 };
  const { handle } = await worker.start('scripted', { steps: [{ agent: 'quick', agentRun }, { ask }] });
  await expect(handle.result()).resolves.toMatchObject({ status: 'completed' });
});
