import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { startTestWorker } from '../support/test-run.ts';

const aborted: unknown[] = [];
const nothing = z.object({});

const sleepy = defineTool({
  name: 'sleepy',
  effect: 'none',
  timeoutMs: 100,
  input: nothing,
  output: nothing,
  run: (_input, { signal }) =>
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => {
        aborted.push(signal.reason);
        reject(signal.reason as Error);
      }),
    ),
});
const base = { input: z.unknown(), output: nothing, tools: { sleepy }, retry: { maxAttempts: 1 } };
const waiter = defineAgent({ ...base, name: 'waiter', run: (_input, { tools }) => tools.sleepy({}) });
const mistaken = defineAgent({
  ...base,
  name: 'mistaken',
  run: (_input, { tools }) => (tools as Record<string, typeof tools.sleepy>).sleepi?.({}) ?? {},
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [waiter, mistaken] });
});
afterAll(() => worker.stop());

test('a call of a tool that the agent does not list fails by its name, and nothing is shown as being called', async () => {
  const { outcome, events } = await worker.runAgent('mistaken');
  expect(outcome).toMatchObject({ success: false, error: { type: 'ToolFailed' } });
  expect(outcome.error?.message).toBe('unknown tool "sleepi"; this agent lists: sleepy');
  expect(events.filter(({ agent }) => agent).map(({ type }) => type)).toEqual(['agent_started', 'agent_error']);
});

test('a tool over its own limit is told by its signal, and fails its agent as ToolTimeout', async () => {
  const { outcome, events } = await worker.runAgent('waiter');
  expect(outcome).toMatchObject({ success: false, error: { type: 'ToolTimeout' } });
  expect(outcome.error?.message).toBe('tool sleepy timed out after 100 ms');
  expect(aborted).toEqual([expect.objectContaining({ type: 'ToolTimeout' })]);
  const own = events.filter(({ agent }) => agent);
  expect(own.map(({ type }) => type)).toEqual(['agent_started', 'tool_executing', 'tool_completed', 'agent_error']);
  expect(own[2]?.payload).toMatchObject({ call_id: 'sleepy-1', success: false, error: { type: 'ToolTimeout' } });
});
