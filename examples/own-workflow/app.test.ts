import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertFeed, cannedAgent, replay, testApp, type TestApp } from 'baton-agents/testing';
import app, { buyer, quote } from './app.ts';
import { trip } from './workflows.ts';

let t: TestApp;
before(async () => {
  t = await testApp(app);
});
after(() => t.stop());

test('a trip quotes, then buys', async () => {
  const run = await t.run(trip, { sku: 'map' });
  assertFeed(run, ['quote completed', 'buyer completed']);
  assert.equal(run.result?.receipt, 'map for 300 cents');
});

test('an agent by itself', async () => {
  const run = await t.run(quote, { sku: 'atlas' });
  assert.deepEqual(run.result, { sku: 'atlas', cents: 500 });
});

test('what is sold out is released', async () => {
  const run = await t.run(trip, { sku: 'sold-out' });
  assertFeed(run, ['quote completed', 'buyer failed', 'release completed', 'run failed']);
  assert.match(run.error?.message ?? '', /sold-out is sold out/);
});

test('its user may say no', async () => {
  const run = await t.run(trip, { sku: 'map', approve: true }, { answers: 'reject' });
  assertFeed(run, ['quote completed', 'approval requested', 'approval decided reject']);
});

test('a slow bank that refuses', async () => {
  const refusing = cannedAgent(buyer, { error: 'card refused', thoughts: ['Ringing the bank'], delayMs: 50 });
  const canned = await testApp(app, { canned: { buyer: refusing } });
  try {
    const run = await canned.run(trip, { sku: 'map' });
    assertFeed(run, ['quote completed', 'buyer failed AgentFailed', 'release completed']);
  } finally {
    await canned.stop();
  }
});

test('a run of today goes on with the code of tomorrow', async () => {
  const run = await t.run(trip, { sku: 'map' });
  await replay([await t.history(run)], app);
});
