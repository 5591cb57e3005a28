import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunStatus } from '../../src/contracts/names.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startTestClient } from '../support/test-client.ts';
import { until } from '../support/until.ts';

/** Listing is by user: nobody else may be called so on the shared server. */
const [ann, bea, cleo] = [randomUUID(), randomUUID(), randomUUID()];
const { agents, open } = gatedAgents();
let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents });
});
afterAll(() => at.stop());

/** A run whose agent waits at its gate. */
async function waitingRun(user: string) {
  const baton = await at.clientOf(user);
  const run = await baton.start('runAgent', { agent: 'gated', input: { name: user } });
  for await (const { type } of run.events()) if (type === 'agent_thinking') break;
  return { baton, run, temporal: at.temporal.workflow.getHandle(run.workflowId) };
}

const listed = (user: string, status: RunStatus) =>
  until(
    async () => (await (await at.clientOf(user)).runs({ status })).map(({ run_id }) => run_id),
    (ids) => ids.length > 0,
  );

describe('a run that was closed from outside is an outcome as well', () => {
  test('terminated, with the reason, and listed under that status', async () => {
    const { run, temporal } = await waitingRun(ann);
    await temporal.terminate('it was not wanted');
    expect(await run.result()).toMatchObject({
      status: 'terminated',
      run_id: run.runId,
      error: { message: expect.stringContaining('it was not wanted') },
    });
    expect(await listed(ann, 'terminated')).toEqual([run.runId]);
    expect(await (await at.clientOf(ann)).runs({ status: 'completed' })).toEqual([]);
  });

  test('timed out by the server, and listed under that status', async () => {
    const first = await waitingRun(bea);
    const { memo, searchAttributes, ...described } = await first.temporal.describe();
    const { events } = await first.temporal.fetchHistory();
    const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const start = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { context: { run_id: string } };
    const runId = randomUUID();
    start.context.run_id = runId;
    await at.temporal.workflow.start(described.type, {
      workflowId: first.run.workflowId.replace(first.run.runId, runId),
      taskQueue: at.taskQueue,
      args: [start],
      memo,
      searchAttributes,
      workflowExecutionTimeout: 300,
    });
    const run = first.baton.run(runId, 'runAgent');
    expect(await run.result()).toMatchObject({ status: 'timed_out', error: { type: 'AgentTimeout' } });
    expect(await listed(bea, 'timed_out')).toEqual([runId]);
    await first.run.cancel();
  });

  test('reset: the result is that of the run which goes on', async () => {
    const { run, temporal } = await waitingRun(cleo);
    const result = run.result();
    const { raw } = await temporal.describe();
    await at.temporal.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: run.workflowId, runId: raw.workflowExecutionInfo?.execution?.runId },
      reason: 'a test',
      requestId: randomUUID(),
      workflowTaskFinishEventId: 3 as never,
    });
    await until(
      () => temporal.describe(),
      ({ runId, status }) => runId !== raw.workflowExecutionInfo?.execution?.runId && status.name === 'RUNNING',
    );
    open(cleo);
    expect(await result).toMatchObject({ status: 'completed', result: { result: { name: cleo } } });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await listed(cleo, 'completed')).toEqual([run.runId]);
  });
});
