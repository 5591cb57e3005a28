import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineApp } from '../../src/agents/define-app.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { preparePlan } from '../../src/plans/prepare-plan.ts';
import { buyer, quote } from './agents.ts';

const input = z.object({ sku: z.string(), label: z.string().default('none') });
const order = definePlan({ name: 'order', input, timeoutMs: 5_000 }, (p) => {
  const quoted = p.step('quote', quote, { sku: p.input.sku });
  p.step('buy', buyer, { cents: quoted.cents, label: p.input.label });
});
const manifest = defineApp({ agents: [quote, buyer], plans: [order] }).manifest();

test('a registered plan is found by its name, and its input gets its defaults', () => {
  const run = preparePlan({ plan: 'order', input: { sku: 'a' } }, manifest);
  expect(run).toMatchObject({ plan: order.plan, input: { sku: 'a', label: 'none' } });
});

test('a misspelt plan is refused with the name that was probably meant', () => {
  expect(() => preparePlan({ plan: 'oder', input: {} }, manifest)).toThrow('did you mean "order"?');
});

test('an input that the plan does not take is refused with its path', () => {
  expect(() => preparePlan({ plan: 'order', input: { sku: 7 } }, manifest)).toThrow('input.sku');
});

test('all faults of a plan, its input and its results come in one error', () => {
  const steps = [
    { id: 'a', agent: 'quot', input: { sku: '$input.sku' } },
    { id: 'b', agent: 'buyer', input: { cents: 'x' } },
  ];
  const attempt = () =>
    preparePlan({ plan: { name: 'p', steps }, input: { n: NaN }, results: { z: '\ud800' } }, manifest);
  expect(attempt).toThrow(/input\.n.*results\.z.*steps\[0\]\.agent.*steps\[0\]\.input\.sku.*steps\[1\]\.input\.cents/s);
});
