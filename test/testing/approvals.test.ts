import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { assertFeed, testApp, type TestApp } from 'baton-agents/testing';
import app from '../../examples/own-workflow/app.ts';
import { trip } from '../../examples/own-workflow/workflows.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp(app);
});
afterAll(() => t.stop());

const asking = { sku: 'map', approve: true };

test('a question is answered by an option, by its id, or by a function', async () => {
  const answers = ['approve', { 'approval-1': 'approve' }, () => ({ decision: 'approve', comment: 'go on' })];
  for (const answer of answers) {
    const run = await t.run(trip, asking, { answers: answer });
    assertFeed(run, ['quote completed', 'approval requested', 'approval decided approve', 'buyer completed']);
  }
});

test('a rejected trip buys nothing', async () => {
  const run = await t.run(trip, asking, { answers: 'reject' });
  assertFeed(run, ['quote completed', 'approval requested', 'approval decided reject']);
  expect(run.result).toEqual({ receipt: null });
});

test('a run is decided in the midst of it, once it asks', async () => {
  const started = await t.start(trip, asking);
  await t.decide(started, 'approval-1', 'approve', { by: 'ann' });
  const run = await t.finish(started);
  expect(run.feed.approvals).toMatchObject([{ decision: 'approve', by: 'ann' }]);
});

test('a question without an answer fails the test at once, and says how to give one', async () => {
  await expect(t.run(trip, asking)).rejects.toThrow(
    `the run asks "Buy map for 300 cents?" (approval-1; approve, reject) and has no answer: ` +
      `give it one, such as { answers: { 'approval-1': 'approve' } }`,
  );
});

test('a run that takes too long is told with its feed so far', async () => {
  const started = await t.start(trip, asking);
  await t.until(started, ({ type }) => type === 'approval_requested');
  await expect(t.finish(started, { waitMs: 100 })).rejects.toThrow(
    /has not ended after 100 ms; its feed so far:\n {2}run started\n[^]*quote completed\n {2}approval requested/,
  );
  await expect(t.until(started, ({ type }) => type === 'run_paused', { waitMs: 100 })).rejects.toThrow(
    'told no such event within 100 ms',
  );
  await started.cancel();
});
