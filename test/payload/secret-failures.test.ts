import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { createDataConverter } from '../../src/payload/data-converter.ts';
import { payloadKeys } from '../../src/payload/payload-keys.ts';
import { shared, startTestWorker } from '../support/test-run.ts';

const leaky = defineAgent({
  name: 'leaky',
  input: z.unknown(),
  output: z.unknown(),
  retry: { maxAttempts: 2, initialIntervalMs: 10 },
  run() {
    throw new Error('card tell-tale was refused', { cause: new Error('tell-tale cause') });
  },
});

const keys = payloadKeys(`k1:${randomBytes(32).toString('base64')}`);
const dataConverter = createDataConverter({ storeUrl: `file:${join(tmpdir(), 'baton-unused')}`, keys });

test('a worker with keys refuses a bundle that was made without', async () => {
  const { workflowBundle } = shared();
  await expect(startTestWorker({ agents: [leaky], dataConverter, workflowBundle })).rejects.toMatchObject({
    type: 'InvalidInput',
    code: 'readable_failures',
  });
});

test('with keys nothing that a failure says is in the history, and the outcome still has it', async () => {
  const worker = await startTestWorker({ agents: [leaky], dataConverter });
  try {
    const { run, outcome, handle } = await worker.runAgent('leaky');
    expect(run).toMatchObject({ status: 'failed', error: { message: 'card tell-tale was refused' } });
    expect(outcome).toMatchObject({ attempts: 2, error: { type: 'AgentFailed' } });
    await expect(handle.result()).rejects.toMatchObject({ cause: { message: 'leaky: card tell-tale was refused' } });
    const history = JSON.stringify(await handle.fetchHistory());
    const decoded = history.replace(/(?<="data":")[^"]+/g, (base64) => Buffer.from(base64, 'base64').toString());
    expect(decoded.includes('Encoded failure')).toBe(true);
    expect(decoded.includes('tell-tale')).toBe(false);
  } finally {
    await worker.stop();
  }
});
