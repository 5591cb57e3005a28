import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { AgentOutcome } from '../../src/contracts/run.ts';
import { createDataConverter } from '../../src/payload/data-converter.ts';
import { payloadKeys } from '../../src/payload/payload-keys.ts';
import { startS3Server } from '../support/s3-server.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

const grow = defineAgent({
  name: 'grow',
  input: z.object({ text: z.string() }),
  output: z.object({ text: z.string() }),
  run: ({ text }) => ({ text: `${text}${'x'.repeat(300_000)}` }),
});
const measure = defineAgent({
  name: 'measure',
  input: z.object({ me: z.string(), other: z.string(), text: z.string() }),
  output: z.object({ length: z.number() }),
  run: ({ text }) => ({ length: text.length }),
});
const failing = defineAgent({
  name: 'failing',
  input: z.unknown(),
  output: z.unknown(),
  retry: { maxAttempts: 1 },
  run() {
    throw new Error('failed as it should');
  },
});

const keys = payloadKeys(`k1:${randomBytes(32).toString('base64')}`);
let folder: string;
let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-blobs-'));
  s3 = await startS3Server();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await s3.stop();
});

async function withWorker<T>(storeUrl: string, work: (t: Awaited<ReturnType<typeof startTestWorker>>) => Promise<T>) {
  const dataConverter = createDataConverter({ storeUrl, keys });
  const t = await startTestWorker({ agents: [grow, measure, failing], dataConverter });
  try {
    return await work(t);
  } finally {
    await t.stop();
  }
}

describe.each([
  { kind: 'file', url: () => `file:${folder}` },
  { kind: 's3', url: () => s3.url },
])('with a $kind store and encryption', ({ url }) => {
  test('a run of 300 kB results completes, its history stays under 50 kB, and nothing of them is in it', async () => {
    await withWorker(url(), async (t) => {
      const steps = ['grow-1', 'grow-2', 'grow-3'].map((agentRun) => ({
        agent: 'grow',
        input: { text: 'tell-tale ' },
        agentRun,
      }));
      const { handle } = await t.start('scripted', { steps });
      const { status, result } = await outcomeOf<AgentOutcome[]>(handle);
      expect(status).toBe('completed');
      expect(result?.map((outcome) => (outcome.result as { text: string }).text.length)).toEqual(
        Array(3).fill(300_010),
      );
      expect((await handle.describe()).historySize).toBeLessThan(50_000);
      const payloads = JSON.stringify(await handle.fetchHistory()).match(/(?<="data":")[^"]+/g) ?? [];
      const texts = payloads.map((base64) => Buffer.from(base64, 'base64').toString());
      expect(texts.filter((text) => text.includes('"sha256"'))).toHaveLength(5);
      expect(texts.filter((text) => text.includes('tell-tale'))).toEqual([]);
    });
  });

  test('a failed run gives its outcome', async () => {
    await withWorker(url(), async (t) => {
      const { run, outcome } = await t.runAgent('failing', { text: 'y'.repeat(50_000) });
      expect(run).toMatchObject({ status: 'failed', error: { message: 'failed as it should' } });
      expect(outcome).toMatchObject({ success: false, attempts: 1 });
    });
  });
});

test('20 agents that get 250 kB each in one workflow task complete', async () => {
  await withWorker(`file:${folder}`, async (t) => {
    const names = Array.from({ length: 20 }, (_, n) => `m${n}`);
    const { handle } = await t.start('sideBySide', { agent: 'measure', names, text: 'z'.repeat(250_000) });
    const { status, result } = await outcomeOf<AgentOutcome[]>(handle);
    expect(status).toBe('completed');
    expect(result?.map((outcome) => (outcome.result as { length: number }).length)).toEqual(
      names.map((name) => name.length + 1 + 250_000),
    );
  });
});

test('what is in the store is encrypted', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(20);
  for (const { parentPath, name } of files) {
    expect(readFileSync(join(parentPath, name), 'latin1')).not.toMatch(/zzzzzz|xxxxxx|tell-tale/);
  }
});

test('a run whose payload is gone says which and where', async () => {
  const own = mkdtempSync(join(tmpdir(), 'baton-gone-'));
  try {
    await withWorker(`file:${own}`, async (t) => {
      const { handle } = await t.start('scripted', { steps: [{ agent: 'grow', input: { text: '' } }] });
      await outcomeOf(handle);
      rmSync(own, { recursive: true, force: true });
      await expect(handle.result()).rejects.toThrow(/payload [0-9a-f]{64} .* is not in file:.*BATON_STORE/);
    });
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
});

test('a result that the store does not take is tried again by the same worker, until it does', async () => {
  const own = mkdtempSync(join(tmpdir(), 'baton-down-'));
  const store = join(own, 'blobs');
  const attempts: number[] = [];
  const unlucky = defineAgent({
    name: 'unlucky',
    input: z.unknown(),
    output: z.object({ text: z.string() }),
    // The store is waited for during half of what is left of the attempt.
    timeoutMs: 3_000,
    run(_, { attempt }) {
      attempts.push(attempt);
      // A file where the folder must be: nothing can be written below it.
      if (attempt === 1) writeFileSync(store, '');
      else rmSync(store);
      return { text: 'x'.repeat(300_000) };
    },
  });
  const dataConverter = createDataConverter({ storeUrl: `file:${store}`, keys: [] });
  const t = await startTestWorker({ agents: [unlucky], dataConverter });
  try {
    const { run, outcome, events } = await t.runAgent('unlucky');
    expect(run.status).toBe('completed');
    expect((outcome.result as { text: string }).text).toHaveLength(300_000);
    expect(attempts).toEqual([1, 2]);
    expect(events.at(-1)?.type).toBe('run_completed');
  } finally {
    await t.stop();
    rmSync(own, { recursive: true, force: true });
  }
});
