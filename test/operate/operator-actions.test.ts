import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { gatedAgents } from '../support/gated-agents.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { terminateRun } from '../../src/client/terminate-run.ts';
import { unreachableFeed } from '../../src/client/unreachable-feed.ts';

const { agents, open } = gatedAgents();
let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  at = await startReconciledWorker({ agents });
});
afterAll(() => at.stop());

async function gatedRun(userId: string) {
  const started = await at.worker.start('runAgent', { agent: 'gated', input: { name: userId } }, { userId });
  await at.until(userId, ({ type }) => type === 'agent_thinking');
  return started;
}

const actions = (events: BatonEvent[]) =>
  events.filter(({ type }) => type === 'operator_action').map(({ payload }) => payload);

test('who terminated a run, and why, is told once, before its end; a second time changes nothing', async () => {
  const { runId, workflowId } = await gatedRun('ann');
  // Told by the reconciler alone, as after any other tool.
  const feed = unreachableFeed(new Error('the log is down'));
  const where = { client: at.client, feed, workflowId, userId: 'ann', runId };
  expect(await terminateRun(where, { by: 'olga', reason: 'it hangs' })).toEqual({ repeated: false });
  expect(await terminateRun(where, { by: 'olga', reason: 'it hangs' })).toEqual({ repeated: true });
  const events = await at.until('ann', ({ type }) => type === 'run_failed');
  expect(actions(events)).toEqual([{ action: 'terminate', by: 'olga', reason: 'it hangs' }]);
  expect(events.at(-1)?.payload).toMatchObject({ summary: 'The run was terminated by olga: it hangs' });
});

test('a run that has ended otherwise is not terminated, and its state is named', async () => {
  const { runId, workflowId, handle } = await gatedRun('ben');
  open('ben');
  await handle.result();
  const feed = unreachableFeed(new Error('the log is down'));
  const where = { client: at.client, feed, workflowId, userId: 'ben', runId };
  await expect(terminateRun(where, { by: 'olga', reason: 'why' })).rejects.toMatchObject({
    code: 'not_open',
    message: expect.stringContaining('is completed'),
  });
});

test("an agent that is paused by Temporal's own tools is told with who paused it and why", async () => {
  const { workflowId, handle } = await gatedRun('cem');
  const { raw } = await handle.describe();
  await at.client.workflowService.pauseActivity({
    namespace: 'default',
    execution: { workflowId },
    identity: 'olga',
    id: raw.pendingActivities?.[0]?.activityId,
    reason: 'the bank is closed',
  });
  const events = await at.until('cem', ({ type }) => type === 'operator_action');
  expect(actions(events)).toEqual([
    { action: 'pause_activity', agent: 'gated', by: 'olga', reason: 'the bank is closed' },
  ]);
  await handle.terminate('enough');
  await at.until('cem', ({ type }) => type === 'run_failed');
});
