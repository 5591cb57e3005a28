import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { isolatedAgents } from '../support/isolated-agents.ts';
import { startTestWorker } from '../support/test-run.ts';

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents: isolatedAgents });
});
afterAll(() => worker.stop());

/** What a user sees of an agent, without the name and the times, in which the two may differ. */
function shown(events: NewEvent[]) {
  return events
    .filter(({ type }) => /^(agent|tool)_/.test(type))
    .map(({ type, attempt, payload }) => ({ type, attempt, ...payload, execution_time_ms: 0, queue_ms: 0 }));
}

test('an isolated agent thinks, calls tools and fails at them as inside the worker, with the same events', async () => {
  const inside = await worker.runAgent('talker', { ask: false });
  const isolated = await worker.runAgent('isolated_talker', { ask: false });

  expect(isolated.outcome).toMatchObject({ success: true, attempts: 1 });
  expect(isolated.outcome.result).toEqual({
    sum: 5,
    said: 'ToolFailed: tool fail: the tool is broken',
    user: 'u1',
    decision: 'none',
    toolPid: process.pid,
  });
  expect(isolated.outcome.result).toEqual(inside.outcome.result);
  expect(shown(isolated.events)).toEqual(shown(inside.events));
  expect(isolated.events.filter(({ type }) => type === 'tool_completed')).toHaveLength(2);
});

test('an isolated agent asks its user and goes on with the answer', async () => {
  const inside = await worker.runAgent('talker', { ask: true }, { answer: 'approve' });
  const isolated = await worker.runAgent('isolated_talker', { ask: true }, { answer: 'approve' });

  expect(isolated.outcome).toMatchObject({ success: true, result: { decision: 'approve' } });
  expect(shown(isolated.events)).toEqual(shown(inside.events));
});

describe('a process that ends otherwise is an error of its agent that says so', () => {
  test.each([
    ['exit', 'AgentFailed', /agent crasher: its process ended with exit code 3$/],
    ['segv', 'AgentFailed', /agent crasher: its process ended by signal SIGSEGV$/],
    ['reject', 'AgentFailed', /its process ended with exit code 1: RangeError: nobody caught this$/],
    ['throw', 'AgentFailed', /^thrown in the process$/],
    [
      'function',
      'InvalidOutput',
      /the result cannot leave the agent's process: output.run: function is not JSON; use plain data/,
    ],
    ['tool', 'InvalidInput', /the input of tool any cannot leave the agent's process: input.run: function is not JSON/],
    ['large', 'PayloadTooLarge', /the result has \d+ bytes/],
  ])('%s', async (how, type, message) => {
    const { outcome, events } = await worker.runAgent('crasher', { how });
    expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type } });
    expect(outcome.error?.message).toMatch(message);
    expect(events.filter((event) => event.type === 'agent_error')).toHaveLength(1);
  });
});

test('an input that no other process can be given is refused with its reason', async () => {
  const { outcome } = await worker.runAgent('closure', { n: 1 });
  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'InvalidInput' } });
  expect(outcome.error?.message).toMatch(/agent closure: its input cannot be sent to its process: .*use plain data/);
});
