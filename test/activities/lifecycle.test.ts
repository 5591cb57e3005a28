import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { activityHistory } from '../support/activity-history.ts';
import { startTestWorker } from '../support/test-run.ts';

const count = defineTool({
  name: 'count',
  effect: 'none',
  input: z.object({ text: z.string() }),
  output: z.object({ letters: z.number() }),
  run: ({ text }) => ({ letters: text.length }),
});

const counter = defineAgent({
  name: 'counter',
  input: z.object({ text: z.string(), api_key: z.string().optional() }),
  output: z.object({ letters: z.number() }),
  tools: { count },
  async run({ text }, ctx) {
    ctx.think('Counting', { progress: 30 });
    const counted = await ctx.tools.count({ text });
    ctx.think('Nearly there', { progress: 20 });
    ctx.think('Counted');
    return counted;
  },
});

const twice = defineAgent({
  name: 'twice',
  input: z.object({}),
  output: z.object({ letters: z.array(z.number()) }),
  tools: { count },
  async run(_input, { tools }) {
    const counted = await Promise.all([tools.count({ text: 'a' }), tools.count({ text: 'bc' })]);
    return { letters: counted.map(({ letters }) => letters) };
  },
});

const talker = defineAgent({
  name: 'talker',
  input: z.object({ api_key: z.string() }),
  output: z.object({ said: z.string() }),
  async run({ api_key }, { think }) {
    think(`my key is ${api_key}`);
    await Promise.resolve();
    return { said: `Bearer ${api_key}` };
  },
});

const afterwards = defineAgent({
  name: 'afterwards',
  input: z.object({}),
  output: z.object({}),
  run(_input, { think }) {
    setTimeout(() => think('I am still here'), 50);
    return {};
  },
});

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [counter, twice, talker, afterwards] });
});
afterAll(() => worker.stop());

const ofAgent = (events: NewEvent[]) => events.filter(({ agent }) => agent !== null);

describe('an agent that works', () => {
  test('tells its life in this order, between the start and the end of its run', async () => {
    const { events, run } = await worker.runAgent('counter', { text: 'four' });

    expect(events.map(({ type }) => type)).toEqual([
      'run_started',
      'agent_started',
      'agent_thinking',
      'tool_executing',
      'tool_completed',
      'agent_thinking',
      'agent_thinking',
      'agent_completed',
      'run_completed',
    ]);
    expect(run.status).toBe('completed');
  });

  test('returns its checked output as an outcome, and the event of its end says the same', async () => {
    const { outcome, events } = await worker.runAgent('counter', { text: 'four' });

    expect(outcome).toMatchObject({ success: true, agent: 'counter', attempts: 1, recovered: false });
    expect(outcome.result).toEqual({ letters: 4 });
    const end = events.find(({ type }) => type === 'agent_completed');
    expect(end?.payload).toMatchObject({
      result: { letters: 4 },
      execution_time_ms: outcome.execution_time_ms,
      recovered: false,
    });
  });

  test('is one activity of its name with one attempt', async () => {
    const { handle } = await worker.runAgent('counter', { text: 'four' });

    const activities = await activityHistory(handle);
    expect(activities.map(({ type, attempts }) => ({ type, attempts }))).toEqual([{ type: 'counter', attempts: 1 }]);
  });

  test('gives each event an identity of execution and number, so that a repeated delivery is known', async () => {
    const { events, handle } = await worker.runAgent('counter', { text: 'four' });
    const own = ofAgent(events);

    expect(new Set(own.map(({ exec }) => exec)).size).toBe(1);
    expect(own[0]?.exec).toMatch(/^counter\.1\.\d{13}$/);
    expect(own.map(({ id }) => Number(id.split(':').at(-1)))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(own[0]?.id.startsWith(`${handle.workflowId}:`)).toBe(true);
    expect(own.every(({ agent_run, attempt, final }) => agent_run === 'counter-1' && attempt === 1 && !final)).toBe(
      true,
    );
  });

  test('numbers its thoughts from 1 and never lets progress fall', async () => {
    const { events } = await worker.runAgent('counter', { text: 'four' });
    const thoughts = events.filter((event) => event.type === 'agent_thinking').map(({ payload }) => payload);

    expect(thoughts.map(({ step_number }) => step_number)).toEqual([1, 2, 3]);
    expect(thoughts.map(({ progress_percentage }) => progress_percentage)).toEqual([30, 30, 30]);
  });

  test('pairs each tool call with its end by a call id, also when calls overlap', async () => {
    const { events } = await worker.runAgent('twice');
    const idsOf = (wanted: NewEvent['type']) =>
      events.filter(({ type }) => type === wanted).map(({ payload }) => (payload as { call_id: string }).call_id);

    expect(idsOf('tool_executing')).toEqual(['count-1', 'count-2']);
    expect(idsOf('tool_completed').toSorted()).toEqual(['count-1', 'count-2']);
  });
});

test('no secret of an input, a thought or a result enters an event', async () => {
  const api_key = 'sk-abcdefghijklmnopqrstuvwx';
  const { events, outcome } = await worker.runAgent('talker', { api_key });

  expect(outcome.result).toEqual({ said: `Bearer ${api_key}` });
  expect(JSON.stringify(events)).not.toContain('abcdefghijklmnop');
});

test('an agent that goes on after its end is not heard', async () => {
  const { handle, runId } = await worker.start('runAgent', { agent: 'afterwards', input: {} });
  await handle.result();
  // The next run ends later than the timer of the first one, whose thought would be recorded by then.
  await worker.runAgent('counter', { text: 'x' });
  await new Promise((resolve) => setTimeout(resolve, 60));

  expect(worker.recorder.of(runId).map(({ type }) => type)).not.toContain('agent_thinking');
});
