import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { withoutOverruled } from '../../src/testing/without-overruled.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { startTestWorker } from '../support/test-run.ts';

const anything = z.looseObject({});

/** An agent that throws whatever `make` gives. */
function throwing(name: string, make: () => unknown) {
  return defineAgent({
    name,
    input: anything,
    output: anything,
    retry: { maxAttempts: 1 },
    run() {
      throw make();
    },
  });
}

function cyclic(): Error {
  const error = new Error('it is its own reason');
  error.cause = new Error('between', { cause: error });
  return error;
}

const unreadable = () =>
  new Proxy(
    {},
    {
      get() {
        throw new Error('do not look');
      },
    },
  );

const toolCalls: string[] = [];
const afterthought = defineTool({
  name: 'afterthought',
  effect: 'none',
  input: anything,
  output: anything,
  run() {
    toolCalls.push('afterthought');
    return {};
  },
});
const wentOn = Promise.withResolvers<void>();
const goesOn = defineAgent({
  name: 'goes_on',
  input: anything,
  output: anything,
  tools: { afterthought },
  run(_input, { think, tools }) {
    setTimeout(() => {
      think('I am still here');
      void tools.afterthought({});
      wentOn.resolve();
    }, 300);
    return {};
  },
});

const never = defineAgent({
  name: 'never',
  input: anything,
  output: anything,
  timeoutMs: 300,
  run: () => new Promise<never>(() => undefined),
});

const well = defineAgent({ name: 'well', input: anything, output: anything, run: () => ({}) });
const agents = [
  throwing('throws_text', () => 'out of patience'),
  throwing('throws_undefined', () => undefined),
  throwing('throws_null', () => null),
  throwing('throws_frozen', () => Object.freeze({ message: 'cold', code: 7 })),
  throwing('throws_frozen_error', () => Object.freeze(new Error('cold as well'))),
  throwing('throws_cycle', cyclic),
  throwing('throws_5_mb', () => new Error('x'.repeat(5_000_000), { cause: new Error('y'.repeat(5_000_000)) })),
  throwing('throws_unreadable', unreadable),
  throwing('throws_half_a_pair', () => new Error('broken \ud800 text')),
];

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: [...agents, goesOn, never, well] });
});
afterAll(() => worker.stop());

describe('an agent that throws', () => {
  test.each([
    ['text', 'throws_text', 'out of patience'],
    ['undefined', 'throws_undefined', 'the agent threw undefined'],
    ['null', 'throws_null', 'the agent threw null'],
    ['a frozen object', 'throws_frozen', 'cold'],
    ['a frozen error', 'throws_frozen_error', 'cold as well'],
    ['an error that is its own cause', 'throws_cycle', 'it is its own reason'],
    ['an error of 5 MB', 'throws_5_mb', 'x'.repeat(2_000)],
    ['what cannot be looked at', 'throws_unreadable', 'an error that cannot be shown as text'],
    ['text that is no Unicode', 'throws_half_a_pair', 'broken \ufffd text'],
  ])('%s fails once and is told in one event', async (_what, agent, message) => {
    const { run, outcome, events, handle } = await worker.runAgent(agent);

    expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentFailed', message } });
    expect(run.status).toBe('failed');
    const own = events.filter(({ agent_run }) => agent_run);
    expect(own.map(({ type }) => type)).toEqual(['agent_started', 'agent_error']);
    expect(own.at(-1)?.payload).toEqual({ error: { type: 'AgentFailed', message } });
    const history = await handle.fetchHistory();
    expect(JSON.stringify(history).length).toBeLessThan(200_000);
  });

  test('leaves its worker fit for the next one', async () => {
    expect((await worker.runAgent('well')).outcome.success).toBe(true);
  });
});

test('an agent that never returns ends at its limit', async () => {
  const { outcome, events } = await worker.runAgent('never');

  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentTimeout' } });
  const own = withoutOverruled(events.filter(({ agent_run }) => agent_run));
  expect(own.map(({ type }) => type)).toEqual(['agent_started', 'agent_death']);
});

test('an agent that thinks and calls tools after it returned is not heard, and its tools are not called', async () => {
  const { outcome, events, run } = await worker.runAgent('goes_on');
  await wentOn.promise;
  // Whatever it had set off would be there after its own turn of the event loop and the next run.
  await sleep(50);
  await worker.runAgent('well');

  expect(outcome).toMatchObject({ success: true, attempts: 1 });
  expect(worker.recorder.of(run.run_id)).toEqual(events);
  expect(toolCalls).toEqual([]);
});
