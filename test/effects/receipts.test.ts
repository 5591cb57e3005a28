import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createActivities } from '../../src/activities/create-activities.ts';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { BatonError } from '../../src/contracts/baton-error.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { recordingNotifier } from '../../src/testing/recording-notifier.ts';
import { startTestWorker } from '../support/test-run.ts';

const calls: { tool: string; key: string }[] = [];
const made = (tool: string) => calls.filter((call) => call.tool === tool);

function noting(name: string, effect: 'none' | 'idempotent' | 'once') {
  return defineTool({
    name,
    effect,
    timeoutMs: 5_000,
    input: z.object({ a: z.number(), b: z.number().optional() }),
    output: z.object({ nth: z.number() }),
    run: (_input, { idempotencyKey }) => {
      calls.push({ tool: name, key: idempotencyKey });
      return { nth: made(name).length };
    },
  });
}

const output = z.object({ first: z.number(), second: z.number().optional() });
const retry = { maxAttempts: 3, initialIntervalMs: 20 };
const base = { input: z.unknown(), output, retry };

/** Calls its tool twice with the same input, then fails on its first attempt. */
function repeater(name: string, effect: 'none' | 'idempotent' | 'once') {
  return defineAgent({
    ...base,
    name,
    tools: { it: noting(`${name}_tool`, effect) },
    async run(_input, { tools, attempt }) {
      const first = await tools.it({ a: 1, b: 2 });
      const second = await tools.it(attempt === 1 ? { a: 1, b: 2 } : { b: 2, a: 1 });
      if (attempt === 1) throw new Error('after its calls');
      return { first: first.nth, second: second.nth };
    },
  });
}

const flaky = (name: string, thrown: () => Error) =>
  defineTool({
    name,
    effect: 'once',
    timeoutMs: 100,
    input: z.object({ a: z.number() }),
    output: z.object({ nth: z.number() }),
    run: (_input, { idempotencyKey }) => {
      calls.push({ tool: name, key: idempotencyKey });
      if (made(name).length === 1) throw thrown();
      return { nth: made(name).length };
    },
  });

const caller = (name: string, tool: ReturnType<typeof flaky>) =>
  defineAgent({
    ...base,
    name,
    tools: { it: tool },
    run: async (_i, { tools }) => ({ first: (await tools.it({ a: 1 })).nth }),
  });

const declined = caller(
  'declined',
  flaky('declined_tool', () => new BatonError('ToolFailed', 'declined', { notDone: true })),
);
const broken = caller(
  'broken',
  flaky('broken_tool', () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })),
);

const stubborn = defineAgent({
  ...base,
  name: 'stubborn',
  tools: { it: flaky('stubborn_tool', () => new Error('no answer')) },
  async run(_input, { tools }) {
    const { nth } = await tools.it({ a: 1 }).catch(() => tools.it({ a: 1 }));
    return { first: nth };
  },
});

const once = repeater('once', 'once');
const idempotent = repeater('idempotent', 'idempotent');
const none = repeater('none', 'none');

describe('a retried agent', () => {
  let worker: Awaited<ReturnType<typeof startTestWorker>>;
  beforeAll(async () => {
    worker = await startTestWorker({ agents: [once, idempotent, none, declined, broken, stubborn] });
  });
  afterAll(() => worker.stop());

  test.each(['once', 'idempotent'])(
    'gets the receipts of its %s calls, in order, and calls nothing again',
    async (agent) => {
      const { outcome, events } = await worker.runAgent(agent);
      expect(outcome).toMatchObject({ success: true, attempts: 2, result: { first: 1, second: 2 } });
      const keys = made(`${agent}_tool`).map(({ key }) => key);
      expect(new Set(keys).size).toBe(2);
      const tools = events.flatMap(({ type, attempt, payload }) =>
        type.startsWith('tool_') ? { attempt, from_receipt: 'from_receipt' in payload && payload.from_receipt } : [],
      );
      expect(tools.filter(({ attempt }) => attempt === 1).map((tool) => tool.from_receipt)).toEqual(
        Array(4).fill(false),
      );
      expect(tools.filter(({ attempt }) => attempt === 2).map((tool) => tool.from_receipt)).toEqual(
        Array(4).fill(true),
      );
    },
  );

  test('calls a tool without an effect again, and leaves nothing about it in the ledger', async () => {
    const { outcome, handle } = await worker.runAgent('none');
    expect(outcome).toMatchObject({ success: true, result: { first: 3, second: 4 } });
    expect(await worker.effects.list({ workflowId: handle.workflowId })).toEqual([]);
  });

  test('may repeat a once call that its tool says did not happen, under the same key', async () => {
    const { outcome } = await worker.runAgent('declined');
    expect(outcome).toMatchObject({ success: true, attempts: 2, result: { first: 2 } });
    expect(new Set(made('declined_tool').map(({ key }) => key)).size).toBe(1);
  });

  test('must not repeat a once call whose outcome nobody can tell', async () => {
    const { outcome, handle } = await worker.runAgent('broken', {}, { answer: 'stop' });
    expect(outcome).toMatchObject({ success: false, error: { type: 'EffectUnknown' } });
    expect(outcome.error?.message).toContain('broken_tool');
    expect(made('broken_tool')).toHaveLength(1);
    expect(await worker.effects.list({ workflowId: handle.workflowId })).toMatchObject([{ state: 'unknown' }]);
  });

  test('cannot trick itself into a second call by catching the failure of the first', async () => {
    const { outcome } = await worker.runAgent('stubborn', {}, { answer: 'stop' });
    expect(outcome).toMatchObject({ success: false, error: { type: 'EffectUnknown' } });
    expect(made('stubborn_tool')).toHaveLength(1);
  });
});

test('an agent with effects is refused where there is no ledger', () => {
  const { notifier } = recordingNotifier();
  expect(() => createActivities({ agents: [once] }, { notifier })).toThrow(
    /agent once: tool once_tool has effect 'once'/,
  );
  expect(() => createActivities({ agents: [none] }, { notifier })).not.toThrow();
});
