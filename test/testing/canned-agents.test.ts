import { expect, test } from '@jest/globals';
import { assertFeed, cannedAgent, testApp } from 'baton-agents/testing';
import app, { buyer, order, quote } from '../public/app.ts';
import { trip } from '../public/workflows.ts';

test('a result stands in for an agent, in plans and in own workflows', async () => {
  await using t = await testApp(app, { canned: { buyer: { receipt: 'canned' } } });
  const run = await t.run(order, { sku: 'a' });
  assertFeed(run, ['quote completed', 'buy completed']);
  expect(run.result?.steps[1]?.result).toEqual({ receipt: 'canned' });
  expect((await t.run(trip, { sku: 'a' })).result).toEqual({ receipt: 'canned' });
});

test('an agent that is told to fail once is tried again and succeeds', async () => {
  const flaky = cannedAgent(buyer, [
    { error: 'the bank is closed', thoughts: ['Ringing'] },
    { result: { receipt: 'r1' }, delayMs: 20 },
  ]);
  await using t = await testApp(app, { canned: { buyer: flaky } });
  const run = await t.run(order, { sku: 'a' });
  assertFeed(run, ['quote completed', 'buy thinks "Ringing"', 'buy retried AgentFailed', 'buy completed']);
  expect(run.outcome.agents[1]).toMatchObject({ attempts: 2, recovered: true });
});

test('an agent fails by the failure that it is given', async () => {
  const refused = cannedAgent(buyer, { error: { type: 'Rejected', message: 'no such card' } });
  await using t = await testApp(app, { canned: { buyer: refused } });
  const run = await t.run(order, { sku: 'a' });
  assertFeed(run, ['quote completed', 'buy failed Rejected', 'run failed Rejected']);
  expect(run.error).toMatchObject({ type: 'Rejected', message: expect.stringContaining('no such card') });
});

test('a function stands in for an agent and sees its input', async () => {
  await using t = await testApp(app, { canned: { quote: ({ sku }) => ({ cents: sku === 'dear' ? 9_999 : 1 }) } });
  const [dear, cheap] = await Promise.all([t.run(quote, { sku: 'dear' }), t.run(quote, { sku: 'a' })]);
  expect([dear.result, cheap.result]).toEqual([{ cents: 9_999 }, { cents: 1 }]);
});

test('what an agent is given to say is checked by its schema, at compile time and when it runs', async () => {
  // @ts-expect-error a receipt is text
  await using t = await testApp(app, { canned: { buyer: { receipt: 7 } } });
  const run = await t.run(order, { sku: 'a' });
  assertFeed(run, ['quote completed', 'buy failed InvalidOutput']);
});

test('an agent that the app has not, and answers made for another one, are refused', async () => {
  // @ts-expect-error no such agent
  await expect(testApp(app, { canned: { buyr: { receipt: 'r' } } })).rejects.toThrow(
    'canned: the app has no agent buyr; the nearest names: buyer, quote',
  );
  const other = cannedAgent(quote, { result: { cents: 1 } });
  // @ts-expect-error made of another agent
  await expect(testApp(app, { canned: { buyer: other } })).rejects.toThrow('agent quote cannot stand in for buyer');
  expect(() => cannedAgent(buyer, [])).toThrow('canned agent buyer: give at least one answer');
});
