import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { retryRun } from '../../src/client/retry-run.ts';
import { workflowIdOf } from '../../src/contracts/names.ts';
import { createAttendance } from '../../src/reconciler/attendance.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { startAgentProcess } from '../support/agent-process.ts';
import { agents } from '../support/f-worker-agents.ts';
import { until } from '../support/until.ts';

let at: Awaited<ReturnType<typeof startAgentProcess>>;
let stop: () => Promise<void>;
beforeAll(async () => {
  at = await startAgentProcess({ module: new URL('../support/f-worker-agents.ts', import.meta.url) });
  const { taskQueue } = at;
  stop = startReconciler({ ...at.stores, client: at.client.workflow, everyMs: 200, taskQueue });
});
afterAll(async () => {
  await stop();
  await at.stop();
});

async function startStuck(userId: string, input: { gate?: string } = {}) {
  const runId = randomUUID();
  const context = { user_id: userId, thread_id: 't1', run_id: runId, request_id: runId, metadata: {} };
  const limits = Object.fromEntries(agents.map((agent) => [agent.name, limitsOf(agent)]));
  const workflowId = workflowIdOf({ workflow: 'runAgent', userId, runId });
  const args = [{ context, input: { agent: 'stuck_once', input }, limits, timeout_ms: 60_000 }];
  return at.client.workflow.start('runAgent', { workflowId, taskQueue: at.taskQueue, args });
}

async function told(userId: string, type: string, after = 0) {
  const signal = AbortSignal.timeout(40_000);
  for await (const event of at.stores.log.follow({ userId, after, signal })) if (event.type === type) return event;
  throw new Error(`no ${type} came`);
}

/** A run that waits for its agent alone: it has looked for queued agents, which is a task of its own. */
async function untilQuiet(handle: WorkflowHandle) {
  const fired = async () => (await handle.fetchHistory()).events?.some((event) => event.timerFiredEventAttributes);
  await until(fired, (yes) => yes === true);
  return until(
    () => handle.describe(),
    ({ raw }) => !raw.pendingWorkflowTask,
  );
}

test('a run whose only worker is killed in the middle of an agent is said to be stalled until another comes', async () => {
  const gate = `${at.storePath}.gate`;
  const handle = await startStuck('ann', { gate });
  await told('ann', 'agent_thinking');
  const run = await untilQuiet(handle);
  // Due in the future, so that no poll is young enough: a busy worker is known by its answer alone.
  const later = Date.now() + 60_000;
  expect(await createAttendance(at.client.workflow)(run, later)).toBe(true);

  await at.kill();
  expect(await told('ann', 'run_stalled')).toMatchObject({ payload: { by: 'reconciler', reason: 'no_worker' } });
  expect(await createAttendance(at.client.workflow)(run, later)).toBe(false);

  await at.spawnNext();
  expect(await told('ann', 'run_recovered')).toMatchObject({ payload: { reason: 'no_worker' } });
  writeFileSync(gate, '');
  expect(await handle.result()).toMatchObject({ result: { success: true } });
  const events = await at.stores.log.read({ userId: 'ann', after: 0, limit: 100 });
  const word = (type: string) => /^run_(stalled|recovered|completed)$/.test(type);
  const types = events.map(({ type }) => type);
  expect(types.filter(word)).toEqual(['run_stalled', 'run_recovered', 'run_completed']);
});

test('a run that was ended from outside and is tried again while no worker is up is said to be stalled', async () => {
  const handle = await startStuck('bob');
  await told('bob', 'agent_thinking');
  await at.kill();
  await handle.terminate('enough');
  const ended = await told('bob', 'run_failed');
  await retryRun({ client: at.client.workflow, log: at.stores.log, workflowId: handle.workflowId }, { by: 'bob' });
  expect(await told('bob', 'run_stalled', ended.seq)).toMatchObject({
    generation: 1,
    payload: { reason: 'no_worker' },
  });

  await at.client.workflow.getHandle(handle.workflowId).terminate('enough again');
  expect(await told('bob', 'run_failed', ended.seq)).toMatchObject({ generation: 1 });
});
