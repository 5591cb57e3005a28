import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { currentDetailsOf, metadataOf } from '../support/desk-view.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const { agents, open } = gatedAgents();
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents });
});
afterAll(() => worker.stop());

const gated = (name: string) => ({ agent: 'gated', input: { name } });

test('follow the agents: who works since when, who ended and how, what is waited for, and the end', async () => {
  const question = { id: 'publish', question: 'Publish | it?', options: ['approve', 'reject'], expiresMs: 30_000 };
  const steps = [{ agent: 'failing' }, gated('slow'), { ask: question }, { agent: 'quick' }];
  const { handle, runId } = await worker.start('scripted', { steps });
  const details = () => currentDetailsOf(handle);

  const atWork = await until(details, (text) => text.includes('gated-1'));
  expect(atWork).toContain('**running**. Agents at work: 1, ended: 1, 1 of them failed.');
  expect(atWork).toMatch(/\| `gated-1` \| at work \| \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \| {2}\|/);
  expect(atWork).toMatch(/\| `failing-1` \| \*\*failed\*\* \| \S+Z \| 1 \| AgentFailed: it never works \|/);

  open('slow');
  const waiting = await until(details, (text) => text.includes('publish'));
  expect(waiting).toContain('**waiting**. Agents at work: 0, ended: 2');
  expect(waiting).toContain('- `publish`: Publish \\| it?');
  expect(waiting).toMatch(/options: approve, reject; expires at \d{4}-/);
  expect(waiting).toContain(`baton approve ${runId} publish`);

  // What it says is to be sent is what can be sent.
  const [, message] = /^ +`(\{.*\})`$/m.exec(waiting) as RegExpExecArray;
  const decision = JSON.parse(message as string) as object;
  await expect(handle.executeUpdate('decide', { args: [decision] })).resolves.toMatchObject({ decision: 'approve' });

  await handle.result();
  const ended = await details();
  expect(ended).toContain('**completed**. Agents at work: 0, ended: 3');
  expect(ended).not.toContain('Waits for an answer');
});

test('say who paused the run, and what undoing has left', async () => {
  const undo = { compensate: { agent: 'gated', input: { name: 'undo' }, of: 'r1' } };
  const { handle } = await worker.start('scripted', { steps: [undo, gated('first'), { fail: 'no more' }] });
  const details = () => currentDetailsOf(handle);
  await handle.executeUpdate('pause', { args: [{ by: 'ann *the operator*' }] });
  expect(await details()).toContain('**paused**, by ann \\*the operator\\*: no agent starts until `resume`.');
  await handle.executeUpdate('resume', { args: [{ by: 'ann' }] });
  open('first');
  const undoing = await until(details, (text) => text.includes('undo-r1-1'));
  expect(undoing).toContain('undoing what was done, 1 left');
  open('undo');
  expect((await outcomeOf(handle)).status).toBe('failed');
  expect(await details()).toContain('**failed**. Agents at work: 0, ended: 2.');
});

test('stay small in a long run, and keep what failed', async () => {
  const quick = { agent: 'quick', agentRun: undefined };
  const steps = [{ agent: 'failing' }, ...Array.from({ length: 60 }, () => quick)];
  const { handle } = await worker.start('scripted', { steps });
  await handle.result();
  const details = await currentDetailsOf(handle);
  expect(details).toContain('ended: 61, 1 of them failed');
  expect(details).toContain('failing-1');
  expect(details).toContain('quick-60');
  expect(details.split('\n').filter((line) => /^\| `(quick|failing)-/.test(line))).toHaveLength(20);
});

test('name the planned agents that have not begun, and those that the pause holds', async () => {
  const steps = ['gated', 'quick'].map((agent) => ({ id: `by_${agent}`, agent, input: { name: 'planned' } }));
  const { handle } = await worker.start('runPlan', { plan: { name: 'two', steps } });
  const details = () => currentDetailsOf(handle);
  await until(details, (text) => text.includes('| `by_gated` | at work |') && text.includes('Not begun yet: quick.'));
  await handle.executeUpdate('pause', { args: [{ by: 'ann' }] });
  open('planned');
  await until(details, (text) => text.includes('| `by_quick` | held by the pause |'));
  await handle.executeUpdate('resume', { args: [{ by: 'ann' }] });
  await handle.result();
  expect(await details()).not.toContain('Not begun yet');
});

test('every message says what it takes', async () => {
  const { handle } = await worker.start('scripted', { steps: [] });
  const { queryDefinitions, signalDefinitions, updateDefinitions } = (await metadataOf(handle)).definition;
  const described = (all: { name: string; description?: string }[]) =>
    all.filter(({ name }) => !name.startsWith('__')).map(({ name, description }) => [name, Boolean(description)]);
  expect(described(queryDefinitions)).toEqual([['state', true]]);
  for (const definitions of [signalDefinitions, updateDefinitions]) {
    expect(described(definitions).sort()).toEqual([
      ['decide', true],
      ['pause', true],
      ['resume', true],
    ]);
  }
  await handle.result();
});
