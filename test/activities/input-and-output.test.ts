import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import type { FailureType } from '../../src/contracts/names.ts';
import { startTestWorker } from '../support/test-run.ts';

/** Returns whatever `make` gives, past the type checker: an agent written in JavaScript may do so. */
function returning(name: string, output: z.ZodType, make: () => unknown) {
  return defineAgent({ name, input: z.object({ n: z.number().optional() }), output, run: async () => make() });
}

const agents = [
  returning('says_undefined', z.object({}), () => undefined),
  returning('says_null', z.object({}), () => null),
  returning('says_empty', z.object({}), () => ({})),
  returning('says_too_little', z.object({ total: z.number() }), () => ({})),
  returning('says_text', z.object({ total: z.number() }), () => 'a bare string'),
];

let worker: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  worker = await startTestWorker({ agents });
});
afterAll(() => worker.stop());

const ends = (events: { type: string }[]) =>
  events.filter(({ type }) => /^agent_(completed|error|death|cancelled)$/.test(type)).map(({ type }) => type);

test('an input that the schema refuses fails once, naming the field, and the agent never runs', async () => {
  const { outcome, events } = await worker.runAgent('says_empty', { n: 'one' });

  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'InvalidInput' } });
  expect(outcome.error?.message).toMatch(/says_empty.*expected number/s);
  expect(ends(events)).toEqual(['agent_error']);
});

describe('an agent that returns nothing', () => {
  test.each(['says_undefined', 'says_null'])('is dead, at once and only once: %s', async (agent) => {
    const { outcome, events } = await worker.runAgent(agent);

    expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'AgentSilent' } });
    expect(outcome.error?.message).toContain('died silently');
    expect(ends(events)).toEqual(['agent_death']);
    expect(events.find(({ type }) => type === 'agent_death')?.payload).toMatchObject({ reason: 'silent' });
  });

  test('is not one that returns an empty object: that goes to the schema', async () => {
    const accepted = await worker.runAgent('says_empty');
    expect(accepted.outcome).toMatchObject({ success: true, result: {} });

    const refused = await worker.runAgent('says_too_little');
    expect(refused.outcome.error).toMatchObject({ type: 'InvalidOutput' });
  });
});

test('an output that does not parse is an error that is not retried, never a result', async () => {
  const { outcome, events } = await worker.runAgent('says_text');

  expect(outcome).toMatchObject({ success: false, attempts: 1, error: { type: 'InvalidOutput' } });
  expect(outcome.error?.message).toContain('does not match its schema');
  expect(outcome.result).toBeUndefined();
  expect(ends(events)).toEqual(['agent_error']);
});

test('what the agent says of its retries can turn a silent or invalid answer into another attempt', async () => {
  const retried = {
    max_attempts: 2,
    initial_interval_ms: 10,
    retry_on: ['AgentSilent', 'InvalidOutput'] as FailureType[],
  };
  const silent = await worker.runAgent('says_null', {}, { limits: retried });
  const invalid = await worker.runAgent('says_text', {}, { limits: retried });

  expect(silent.outcome.attempts).toBe(2);
  expect(invalid.outcome.attempts).toBe(2);
  expect(ends(silent.events)).toEqual(['agent_death']);
  expect(ends(invalid.events)).toEqual(['agent_error']);
});
