import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { defineApp } from '../../src/agents/define-app.ts';
import { execOrder, compareExec, type ExecOrder } from '../../src/contracts/exec-order.ts';
import { checkPlan } from '../../src/plans/check-plan.ts';
import { defineTool } from '../../src/tools/define-tool.ts';

const value = z.object({});
const base = { name: 'short', local: true, input: value, output: value, run: () => ({}) };
const tool = (more: object) =>
  defineTool({ name: 'pay', input: value, output: value, effect: 'none', run: () => ({}), ...more });

describe('a local agent', () => {
  test.each<[string, object, RegExp]>([
    ['a limit over a second', { timeoutMs: 1_001 }, /timeoutMs of 1001/],
    ["a tool with effect 'once'", { tools: { pay: tool({ effect: 'once' }) } }, /tool pay has effect 'once'/],
    [
      'a tool with a rate limit',
      { tools: { pay: tool({ rateLimit: { calls: 1, perMs: 10 } }) } },
      /pay has a rate limit/,
    ],
    ['a limit of concurrency', { concurrency: { total: 3 } }, /limit of concurrency/],
    ['isolation', { isolate: { module: new URL(import.meta.url) } }, /isolated/],
  ])('with %s is refused', (_what, more, message) => {
    expect(() => defineAgent({ ...base, ...more })).toThrow(message);
    expect(() => defineAgent({ ...base, ...more, local: false, isolate: undefined } as never)).not.toThrow();
  });

  test('has a limit of a second, and its manifest says that it is local', () => {
    const { agents } = defineApp({ agents: [defineAgent(base)] }).manifest();
    expect(agents.short?.limits).toMatchObject({ local: true, timeout_ms: 1_000 });
    const { agents: normal } = defineApp({ agents: [defineAgent({ ...base, local: false })] }).manifest();
    expect(normal.short?.limits).toMatchObject({ timeout_ms: 30_000 });
    expect(normal.short?.limits).not.toHaveProperty('local');
  });

  test('cannot be given more time by a plan', () => {
    const { agents } = defineApp({ agents: [defineAgent(base)] }).manifest();
    const plan = (timeout_ms: number) => ({ name: 'p', steps: [{ id: 'a', agent: 'short', timeout_ms }] });
    expect(checkPlan({ plan: plan(1_000), agents })).toEqual([]);
    expect(checkPlan({ plan: plan(5_000), agents })).toEqual([
      { path: 'steps[0].timeout_ms', message: 'agent short is local: 1000 ms at most' },
    ]);
  });

  test('that begins again after the loss of its worker is put behind what it was before', () => {
    const [lost, again] = ['short.0a1b2c3d.1.1764000000000', 'short.99999999.1.1764000010000'].map(
      (exec) => execOrder({ exec, generation: 0 }) as ExecOrder,
    );
    expect(compareExec(lost as ExecOrder, again as ExecOrder)).toBeLessThan(0);
  });
});
