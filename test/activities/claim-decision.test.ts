import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { claimDecision } from '../../src/activities/claim-decision.ts';
import type { DecisionClaim } from '../../src/contracts/decision-claim.ts';
import type { DecisionMessage } from '../../src/contracts/run-messages.ts';
import type { Decisions } from '../../src/notifier/decisions.ts';
import { openTestStores } from '../support/open-test-stores.ts';

let store: Awaited<ReturnType<typeof openTestStores>>;
beforeAll(async () => {
  store = await openTestStores();
});
afterAll(() => store.remove());

const expiry = (approval_id: string): DecisionClaim => ({
  approval_id,
  decision: 'reject',
  by: 'expiry',
  user_id: 'u1',
  workflow_id: 'w1',
  at: '2026-01-01T00:00:00.000Z',
});

function claim(given: DecisionClaim, decisions?: Decisions) {
  return new MockActivityEnvironment().run(claimDecision, given, decisions) as Promise<DecisionMessage>;
}

test('an expiry that is the first stands, in the store as well, and need not be sent to its run', async () => {
  const { decisions } = store;
  const answer = { approval_id: 'first', decision: 'reject', by: 'expiry' };
  expect(await claim(expiry('first'), decisions)).toEqual(answer);
  expect(await decisions.get({ workflowId: 'w1', approvalId: 'first' })).toMatchObject({ by: 'expiry' });
  expect(await decisions.undelivered()).toEqual([]);
  // The activity may be run again, because its answer was lost.
  expect(await claim(expiry('first'), decisions)).toEqual(answer);
});

test('what a person had recorded before stands, and is delivered by the answer', async () => {
  const { decisions } = store;
  const said = { decision: 'approve', by: 'anna', comment: 'looks right', data: { upload_ids: ['f1'] } };
  const key = { workflowId: 'w1', approvalId: 'person' };
  await decisions.decide({ ...key, userId: 'u1', ...said, at: '2026-01-01T00:00:00.000Z' });
  expect(await claim(expiry('person'), decisions)).toEqual({ approval_id: 'person', ...said });
  expect(await decisions.undelivered()).toEqual([]);
});

test('the claim of a worker without a store stands as it is', async () => {
  expect(await claim(expiry('alone'))).toEqual({ approval_id: 'alone', decision: 'reject', by: 'expiry' });
});

test('a store that does not answer is asked again', async () => {
  const closed = await openTestStores();
  await closed.close();
  await expect(claim(expiry('later'), closed.decisions)).rejects.toMatchObject({
    name: 'ApplicationFailure',
    nonRetryable: false,
  });
  await closed.remove();
});
