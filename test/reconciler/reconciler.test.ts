import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { openTestStores } from '../support/open-test-stores.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';

/** Works until it is told to stop. */
const endless = defineAgent({
  name: 'endless',
  input: z.unknown(),
  output: z.object({}),
  run: (_input, { signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
});

let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  at = await startReconciledWorker({ agents: [endless] });
});
afterAll(() => at.stop());

const until = (userId: string, type: string) => at.until(userId, (event) => event.type === type);

const ends = (events: BatonEvent[]) =>
  events.filter(({ type }) =>
    /^(agent_(completed|error|death|cancelled)|run_(completed|failed|cancelled))$/.test(type),
  );

test('a run that an operator terminated ends, and so does its agent', async () => {
  const { handle } = await at.worker.start('runAgent', { agent: 'endless', input: {} }, { userId: 'terminated' });
  await until('terminated', 'agent_started');
  await handle.terminate('enough');
  const events = ends(await until('terminated', 'run_failed'));
  expect(events.map(({ type, final }) => [type, final])).toEqual([
    ['agent_death', true],
    ['run_failed', false],
  ]);
  expect(events[0]?.payload).toMatchObject({ reason: 'terminated' });
  expect(events[1]?.payload).toMatchObject({ status: 'terminated' });
});

async function startBare(userId: string, taskQueue: string, timeoutMs: number) {
  const runId = randomUUID();
  const workflowId = workflowIdOf({ workflow: 'runAgent', userId, runId });
  const context = { user_id: userId, thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const args = [
    { context, input: { agent: 'endless', input: {} }, limits: { endless: limitsOf(endless) }, timeout_ms: 60_000 },
  ];
  const kind = defineSearchAttributeKey('BatonKind', SearchAttributeType.KEYWORD);
  const typedSearchAttributes = new TypedSearchAttributes([{ key: kind, value: 'runAgent' }]);
  const options = { workflowId, taskQueue, args, typedSearchAttributes, workflowExecutionTimeout: timeoutMs };
  return at.worker.client.workflow.start('runAgent', options);
}

test('a run that Temporal closed at its timeout ends as timed out', async () => {
  await startBare('timed-out', at.worker.taskQueue, 4_000);
  const events = ends(await until('timed-out', 'run_failed'));
  expect(events.map(({ type }) => type)).toEqual(['agent_death', 'run_failed']);
  expect(events[1]?.payload).toMatchObject({ status: 'timed_out' });
});

test('a run that no worker takes is said to be stalled, once', async () => {
  const { stores, client } = at;
  const lonely = `lonely-${randomUUID()}`;
  const side = await openTestStores();
  const own = startReconciler({ ...side, log: stores.log, client, everyMs: 200, taskQueue: lonely });
  const handle = await startBare('lonely', lonely, 60_000);
  const [event] = await until('lonely', 'run_stalled');
  expect(event?.payload).toMatchObject({ reason: 'no_worker' });
  await new Promise((resolve) => setTimeout(resolve, 800));
  expect(await stores.log.read({ userId: 'lonely', after: 0, limit: 10 })).toHaveLength(1);
  await handle.terminate();
  await until('lonely', 'run_failed');
  await own();
  await side.remove();
});
