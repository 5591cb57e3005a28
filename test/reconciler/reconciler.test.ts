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
import { findStall } from '../../src/reconciler/find-stall.ts';
import { faultTest } from '../support/fault-test.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import { until as untilMet } from '../support/until.ts';

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

faultTest(
  'a run that no worker has begun says nothing of a stall: its first event is run_started',
  { kind: 5, before: 'The first event of a run that no worker took was run_stalled.', timeoutMs: 60_000 },
  async () => {
    const { stores, client } = at;
    const lonely = `lonely-${randomUUID()}`;
    const side = await openTestStores();
    const own = startReconciler({ ...side, log: stores.log, client, everyMs: 200, taskQueue: lonely });
    const handle = await startBare('lonely', lonely, 60_000);
    await untilMet(
      () => handle.describe(),
      (described) => findStall(described, Date.now() - 1_000)?.reason === 'no_worker',
    );
    const told = await stores.log.read({ userId: 'lonely', after: 0, limit: 10 });
    expect(told.map(({ type }) => type)).toEqual([]);
    await handle.terminate();
    const all = await until('lonely', 'run_failed');
    expect(all.map(({ type }) => type)).toEqual(['run_started', 'operator_action', 'run_failed']);
    await own();
    await side.remove();
    return `Six seconds after its start its feed holds ${told.length} events; \`baton show\` names the missing worker.`;
  },
);
