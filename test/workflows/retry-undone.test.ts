import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { retryRun } from '../../src/client/retry-run.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const world: string[] = [];
const keys: string[] = [];
let failures = 0;
const nothing = z.object({});

/** Changes the world once for each input, and cannot undo it by itself. */
const once = (name: string) =>
  defineTool({ name, effect: 'once', input: nothing, output: nothing, run: () => (world.push(name), {}) });
const booker = defineAgent({
  name: 'booker',
  input: z.unknown(),
  output: nothing,
  tools: { reserve: once('reserve') },
  run: (_input, { tools, idempotencyKey }) => (keys.push(idempotencyKey), tools.reserve({})),
});
const canceller = defineAgent({
  name: 'canceller',
  input: z.unknown(),
  output: nothing,
  tools: { cancel: once('cancel') },
  run: (_input, { tools }) => tools.cancel({}),
});
const localCanceller = defineAgent({
  name: 'local_canceller',
  local: true,
  timeoutMs: 1_000,
  input: z.unknown(),
  output: nothing,
  run: () => (world.push('cancel'), {}),
});
const fragile = defineAgent({
  name: 'fragile',
  input: z.unknown(),
  output: nothing,
  retry: { maxAttempts: 1 },
  run() {
    failures -= 1;
    if (failures >= 0) throw new Error('not yet');
    return {};
  },
});
let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [booker, canceller, localCanceller, fragile] });
});
afterAll(() => worker.stop());

test.each([['canceller'], ['local_canceller']])(
  'what %s undid is done anew by each retry, and undone anew when that fails',
  async (agent) => {
    failures = 2;
    world.length = 0;
    keys.length = 0;
    const steps = [
      { compensate: { agent, input: {} } },
      { agent: 'booker', mustSucceed: true },
      { agent: 'fragile', mustSucceed: true },
    ];
    const { handle, workflowId } = await worker.start('scripted', { steps });
    await expect(outcomeOf(handle)).resolves.toMatchObject({ status: 'failed' });
    const client = worker.client.workflow;
    for (const status of ['failed', 'completed']) {
      await retryRun({ client, log: worker.log, workflowId }, { by: 'ops' });
      await expect(outcomeOf(client.getHandle(workflowId))).resolves.toMatchObject({ status });
    }
    expect(world).toEqual(['reserve', 'cancel', 'reserve', 'cancel', 'reserve']);
    expect(new Set(keys).size).toBe(3);
  },
);
