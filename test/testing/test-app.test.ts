import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testApp, type TestApp } from 'baton-agents/testing';
import app, { buyer, order, quote } from '../public/app.ts';
import { trip } from '../public/workflows.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp(app);
});
afterAll(() => t.stop());

test('a plan is run to its end and gives what each step gave', async () => {
  const run = await t.run(order, { sku: 'ab' });
  expect(run.outcome.status).toBe('completed');
  expect(run.result?.steps.map(({ result }) => result)).toEqual([{ cents: 200 }, { receipt: 'r-200' }]);
});

test('an own workflow is run by its function and typed by it', async () => {
  const run = await t.run(trip, { sku: 'abc' });
  const receipt: string | undefined = run.result?.receipt;
  expect(receipt).toBe('r-300');
  // @ts-expect-error a sku is needed
  expect((await t.run(trip, {})).outcome.status).toBe('failed');
});

test('an agent is run by itself, and what it gives is typed by its schema', async () => {
  const run = await t.run(quote, { sku: 'abcd' });
  const cents: number | undefined = run.result?.cents;
  expect(cents).toBe(400);
  expect(run.outcome.result).toMatchObject({ success: true, agent: 'quote', attempts: 1 });
});

test('a plan and a workflow are run by their names', async () => {
  const [bought, travelled] = await Promise.all([t.run('order', { sku: 'a' }), t.run('trip', { sku: 'a' })]);
  expect([bought.outcome.status, travelled.result]).toEqual(['completed', { receipt: 'r-100' }]);
  await expect(t.run('ordr', {})).rejects.toThrow('unknown workflow "ordr"; the nearest names: order');
});

test('a run that failed is no exception: it says why, and has no result', async () => {
  const run = await t.run(buyer, { cents: 0.5 });
  expect(run.outcome.status).toBe('failed');
  expect(run.error?.type).toBe('InvalidInput');
  expect(run.result).toBeUndefined();
});

test('an input that the schema refuses starts nothing', async () => {
  // @ts-expect-error a sku is text
  await expect(t.run(order, { sku: 7 })).rejects.toMatchObject({ type: 'InvalidInput' });
});

test('the feed is what the user saw, in events and folded', async () => {
  const { events, feed } = await t.run(order, { sku: 'a' });
  expect([events[0]?.type, events.at(-1)?.type]).toEqual(['run_started', 'run_completed']);
  expect(feed.agents.map(({ agent, step, state, thoughts }) => [agent, step, state, thoughts.length])).toEqual([
    ['quote', 'quote', 'completed', 0],
    ['buyer', 'buy', 'completed', 1],
  ]);
});

test('users see their own runs only', async () => {
  const run = await t.run(order, { sku: 'a' }, { user: 'ann', requestId: 'q1' });
  expect(run.workflowId).toMatch(/^runPlan\/ann\//);
  expect(await (await t.client('ann')).find(run.runId)).toBeDefined();
  expect(await (await t.client('bea')).find(run.runId)).toBeUndefined();
  expect((await t.events(run)).map(({ id }) => id)).toEqual(run.events.map(({ id }) => id));
});
