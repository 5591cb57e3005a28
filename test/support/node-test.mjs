// Run by Node's own test runner: the door for tests needs no other.
import { test } from 'node:test';
import { assertFeed, testApp } from 'baton-agents/testing';
import app, { order } from '../public/app.ts';

test('an order buys', async () => {
  const t = await testApp(app, { canned: { buyer: { receipt: 'r1' } } });
  try {
    assertFeed(await t.run(order, { sku: 'a' }), ['quote completed', 'buy completed', 'run completed']);
  } finally {
    await t.stop();
  }
});
