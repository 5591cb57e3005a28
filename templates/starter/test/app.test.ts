// test/app.test.ts: runs the app on a Temporal server of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFeed, testApp } from 'baton-agents/testing';
import app from '../app.ts';
import { answer } from '../workflows.ts';

test('a message about a parcel is answered as one', async (context) => {
  const t = await testApp(app);
  context.after(() => t.stop());
  const run = await t.run(answer, { text: 'Where is my parcel?' });
  assertFeed(run, ['sorter completed', 'writer completed']);
  assert.equal(run.result?.reply, 'We look into your delivery today.');
});
