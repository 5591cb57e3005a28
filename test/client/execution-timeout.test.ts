import { expect, test } from '@jest/globals';
import { executionTimeout } from '../../src/client/execution-timeout.ts';
import { RUN_TIMEOUT_MARGIN_MS } from '../../src/contracts/names.ts';
import { limitsOf } from '../../src/agents/limits-of.ts';
import { echo } from '../support/plan-agents.ts';

const limits = { echo: { ...limitsOf(echo), timeout_ms: 30_000, max_attempts: 2, max_interval_ms: 5_000 } };

test('a run has as long to undo what it did as it had to do it', () => {
  expect(executionTimeout({ timeout_ms: 60_000, input: {}, limits })).toBe(120_000 + RUN_TIMEOUT_MARGIN_MS);
});

test('a plan has the time that its undos may take, one after the other', () => {
  const steps = Array.from({ length: 20 }, (_, n) => ({ id: `s${n}`, agent: 'echo', compensate: { agent: 'echo' } }));
  const input = { plan: { name: 'p', steps: [...steps, { id: 'last', agent: 'echo' }] } };
  expect(executionTimeout({ timeout_ms: 60_000, input, limits })).toBe(60_000 + 20 * 70_000 + RUN_TIMEOUT_MARGIN_MS);
});
