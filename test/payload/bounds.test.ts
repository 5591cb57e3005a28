import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect, type BatonClient } from '../../src/client.ts';
import { activityHistory } from '../support/activity-history.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { shared, startTestWorker } from '../support/test-run.ts';

const echo = defineAgent({
  name: 'echo',
  input: z.unknown(),
  output: z.unknown(),
  run: (input) => input,
});
const bulky = defineAgent({
  name: 'bulky',
  input: z.object({ bytes: z.number() }),
  output: z.object({ text: z.string() }),
  retry: { maxAttempts: 3, initialIntervalMs: 10 },
  run: ({ bytes }) => ({ text: 'x'.repeat(bytes) }),
});
const oddball = defineAgent({
  name: 'oddball',
  input: z.unknown(),
  output: z.object({ big: z.bigint() }),
  run: () => ({ big: 1n }),
});
const agents = [echo, bulky, oddball];

let worker: Awaited<ReturnType<typeof startTestWorker>>;
let dataDir: string;
let baton: BatonClient;
beforeAll(async () => {
  worker = await startTestWorker({ agents });
  dataDir = await mkdtemp(join(tmpdir(), 'baton-bounds-'));
  const { address, namespace } = shared();
  baton = await connect({ user: 'u1', app: defineApp({ agents }), address, namespace, dataDir, taskQueue: 'nobody' });
});
afterAll(async () => {
  await baton.close();
  await worker.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('before anything starts', () => {
  async function refused(input: unknown, metadata?: Record<string, unknown>): Promise<unknown> {
    const runId = `refused-${Math.random().toString(36).slice(2)}`;
    const error: unknown = await baton
      .start('runAgent', { agent: 'echo', input }, { runId, metadata })
      .catch((thrown: unknown) => thrown);
    await expect(worker.client.workflow.getHandle(`runAgent/u1/${runId}`).describe()).rejects.toThrow('not found');
    return error;
  }

  const itself: Record<string, unknown> = {};
  itself.again = itself;
  test.each([
    ['NaN', { list: [1, NaN] }, 'input.input.list[1]: NaN is not a number'],
    ['infinity', { n: -Infinity }, 'input.input.n: -Infinity is not a number'],
    ['a lone surrogate', { text: 'a\ud800' }, 'input.input.text: has a lone surrogate'],
    ['a key with a lone surrogate', { '\udc00': 1 }, 'input.input: a key has a lone surrogate'],
    ['a date', { at: new Date(0) }, 'input.input.at: a Date is not JSON'],
    ['what contains itself', itself, 'input.input.again: contains itself'],
  ])('%s is refused by its path', async (_, input, message) => {
    expect(await refused(input)).toMatchObject({ type: 'InvalidInput', message: expect.stringContaining(message) });
  });

  test('all such values are told at once', async () => {
    const message = expect.stringMatching(/input\.a: NaN[^]*input\.b: has a lone/);
    expect(await refused({ a: NaN, b: '\ud800' })).toMatchObject({ message });
  });

  test('they are refused in the metadata as well', async () => {
    const message = expect.stringContaining('metadata.n: NaN is not a number');
    expect(await refused({}, { n: NaN })).toMatchObject({ type: 'InvalidInput', message });
  });

  test('3 MB of input or metadata are refused with the limit', async () => {
    const text = 'x'.repeat(3_000_000);
    const message = expect.stringMatching(/take 3000\d{3} bytes of JSON, over the limit of 2000000/);
    expect(await refused({ text })).toMatchObject({ type: 'PayloadTooLarge', message });
    expect(await refused({}, { text })).toMatchObject({ type: 'PayloadTooLarge', message });
  });

  test('the gateway refuses a lone surrogate that came as JSON', async () => {
    const gateway = await startTestGateway();
    try {
      const body = '{"workflow":"costOptimization","input":{"request":"a\\ud800"}}';
      const headers = { 'content-type': 'application/json' };
      const answer = await gateway.call('u1', '/v1/runs', { method: 'POST', body, headers });
      expect(answer.status).toBe(422);
      expect(await answer.json()).toMatchObject({
        code: 'invalid_input',
        detail: expect.stringContaining('surrogate'),
      });
    } finally {
      await gateway.stop();
    }
  });
});

describe('a result', () => {
  test('over the limit fails its agent once, by name, and is not tried again', async () => {
    const { run, outcome, events, handle } = await worker.runAgent('bulky', { bytes: 5_000_000 });
    expect(run).toMatchObject({ status: 'failed', error: { type: 'PayloadTooLarge' } });
    const message = 'agent bulky: its result takes 5000011 bytes of JSON, over the limit of 4000000';
    expect(outcome).toMatchObject({
      success: false,
      attempts: 1,
      error: { message: expect.stringContaining(message) },
    });
    const ends = events.filter(({ type }) => /^agent_(error|completed|retrying|death)$/.test(type));
    expect(ends).toMatchObject([{ type: 'agent_error', payload: { error: { type: 'PayloadTooLarge' } } }]);
    expect(await activityHistory(handle)).toMatchObject([{ type: 'bulky', attempts: 1 }]);
  });

  test('that cannot be written as JSON is no valid output', async () => {
    const { run, outcome } = await worker.runAgent('oddball');
    expect(run).toMatchObject({ status: 'failed', error: { type: 'InvalidOutput' } });
    expect(outcome).toMatchObject({ attempts: 1 });
  });
});
