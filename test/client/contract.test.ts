import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CONTRACT_VERSION, workflowIdOf } from '../../src/contracts/names.ts';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestClient } from '../support/test-client.ts';
import { until } from '../support/until.ts';

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents: gatedAgents().agents });
});
afterAll(() => at.stop());

async function startOf(workflowId: string): Promise<RunStart> {
  const { events } = await at.temporal.workflow.getHandle(workflowId).fetchHistory();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return JSON.parse(Buffer.from(payload?.data ?? []).toString()) as RunStart;
}

test('a run of a newer client waits, and says that the workers are to be updated', async () => {
  const baton = await at.clientOf('ann');
  const run = await baton.start('runAgent', { agent: 'quick', input: {} });
  await run.result();
  const start = await startOf(run.workflowId);
  expect(start.contract).toBe(CONTRACT_VERSION);

  const runId = randomUUID();
  const newer = { ...start, context: { ...start.context, run_id: runId }, contract: CONTRACT_VERSION + 1 };
  const workflowId = workflowIdOf({ workflow: 'runAgent', userId: 'ann', runId });
  const { taskQueue } = at;
  const handle = await at.temporal.workflow.start('runAgent', { workflowId, taskQueue, args: [newer] });
  const failures = async () => {
    const { events } = await handle.fetchHistory();
    return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? []);
  };
  const [message] = await until(failures, ({ length }) => length > 0);
  expect(message).toBe(
    `run ${workflowId} was started by a newer client (contract ${CONTRACT_VERSION + 1}), this worker knows contracts up to ` +
      `${CONTRACT_VERSION}: update baton-agents of the workers on this queue; the run waits for one that knows its contract`,
  );
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.terminate();
});
