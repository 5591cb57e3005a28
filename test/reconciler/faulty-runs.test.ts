import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { findStall } from '../../src/reconciler/find-stall.ts';
import { faultTest } from '../support/fault-test.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import { until } from '../support/until.ts';
import { within } from '../support/within.ts';

const { agents, open, began } = gatedAgents();
let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  at = await startReconciledWorker({ agents });
});
afterAll(() => at.stop());

/** Started as a client starts it, with what visibility knows a run by. */
function startListed(userId: string, workflow: string, input: object): Promise<WorkflowHandle> {
  const runId = randomUUID();
  const workflowId = workflowIdOf({ workflow, userId, runId });
  const context = { user_id: userId, thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = Object.fromEntries(agents.map((agent) => [agent.name, limitsOf(agent)]));
  const args = [{ context, input, limits, timeout_ms: 60_000 }];
  const kind = defineSearchAttributeKey('BatonKind', SearchAttributeType.KEYWORD);
  const typedSearchAttributes = new TypedSearchAttributes([{ key: kind, value: workflow }]);
  return at.worker.client.workflow.start(workflow, {
    workflowId,
    taskQueue: at.worker.taskQueue,
    args,
    typedSearchAttributes,
  });
}

test('a bug in workflow code fails its run, which is told though the run never said a word', async () => {
  const handle = await startListed('ann', 'faulty', { bug: 'type' });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'TypeError' } });
  const events = await at.until('ann', ({ type }) => type === 'run_failed');
  expect(events.map(({ type }) => type)).toEqual(['run_started', 'run_failed']);
  expect(events[1]?.payload).toMatchObject({ status: 'failed', error: { message: expect.stringContaining("'call'") } });
});

faultTest(
  'a run whose code fails before it has said anything is in the feed, as started and stalled',
  {
    kind: 13,
    before: 'Its feed began with run_stalled and never had run_started.',
    timeoutMs: 60_000,
  },
  async () => {
    const handle = await startListed('bob', 'faulty', { bug: 'odd' });
    await until(
      () => handle.describe(),
      (described) => findStall(described, Date.now())?.reason === 'workflow_task_failing',
    );
    const stalled = await within(
      10_000,
      at.until('bob', ({ type }) => type === 'run_stalled').catch(() => 'nothing'),
    );
    await handle.terminate('its code is broken');
    expect(stalled).toEqual([
      expect.objectContaining({ type: 'run_started' }),
      expect.objectContaining({ type: 'run_stalled', payload: { by: 'reconciler', reason: 'workflow_task_failing' } }),
    ]);
    const events = await at.until('bob', ({ type }) => type === 'run_failed');
    expect(events.map(({ type }) => type)).toEqual(['run_started', 'run_stalled', 'operator_action', 'run_failed']);
    return 'It is reported as started and stalled once its task has failed three times, and ends once.';
  },
);

test('a run that is reset goes on in the feed, says so, and ends once', async () => {
  const steps = [
    { agent: 'quick', input: { name: 'reset' } },
    { agent: 'gated', input: { name: 'reset' } },
  ];
  const { workflowId, ...handle } = await startListed('cem', 'scripted', { steps });
  await at.until('cem', ({ type, agent }) => type === 'agent_thinking' && agent === 'gated');
  const { runId: before } = await handle.describe();
  await at.worker.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId: before },
    // The first workflow task: everything is done again.
    workflowTaskFinishEventId: 4,
    requestId: randomUUID(),
    reason: 'do it again',
  } as never);
  await at.until('cem', ({ type }) => type === 'run_restarted');
  open('reset');
  const events = await at.until('cem', ({ type }) => type === 'run_completed');
  expect(events.filter(({ type }) => type === 'run_restarted').map(({ payload }) => payload)).toEqual([
    { by: 'operator', action: 'reset' },
  ]);
  expect(began.filter((name) => name === 'reset').length).toBeGreaterThan(2);
  const [run] = events.reduce(foldFeed, emptyFeed()).runs;
  expect(run?.agents.map(({ agent_run, state }) => [agent_run, state])).toEqual([
    ['quick-1', 'completed'],
    ['gated-1', 'completed'],
  ]);
});
