import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';
import { until } from '../support/until.ts';

/** State of a pending activity that waits for its next attempt. */
const SCHEDULED = 1;

let executions = 0;
const stubborn = defineAgent({
  name: 'stubborn',
  input: z.unknown(),
  output: z.object({ ok: z.boolean() }),
  retry: { maxAttempts: 2, initialIntervalMs: 600_000, maxIntervalMs: 600_000 },
  run() {
    executions += 1;
    if (executions < 3) throw new Error('not yet');
    return { ok: true };
  },
});
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [stubborn] });
});
afterAll(() => worker.stop());

test('an agent whose attempts an operator has counted anew has all of them again', async () => {
  const { handle, runId, workflowId } = await worker.start(
    'runAgent',
    { agent: 'stubborn', input: {} },
    { timeoutMs: 600_000 },
  );
  const { workflowService } = worker.client;
  const own = () => worker.recorder.of(runId).filter(({ agent }) => agent === 'stubborn');

  /** Resets the activity once it waits for its next attempt, so many having failed. */
  async function resetAfter(failures: number) {
    const failed = () => own().filter(({ type }) => type === 'agent_retrying').length >= failures;
    await worker.recorder.until(failed);
    const waits = async () => {
      const [pending] = (await handle.describe()).raw.pendingActivities ?? [];
      return (pending?.attempt ?? 0) > 1 && pending?.state === SCHEDULED;
    };
    await until(waits);
    const execution = { workflowId, runId: handle.firstExecutionRunId };
    await workflowService.resetActivity({ namespace: 'default', execution, type: 'stubborn', resetHeartbeat: false });
  }

  await resetAfter(1);
  await resetAfter(2);
  await expect(outcomeOf(handle)).resolves.toMatchObject({ status: 'completed', result: { attempts: 1 } });
  expect(executions).toBe(3);
  expect(
    own()
      .map(({ attempt }) => attempt)
      .filter((attempt) => attempt < 1),
  ).toEqual([]);
});
