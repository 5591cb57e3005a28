import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineApp } from '../../src/agents/define-app.ts';
import { definePlan } from '../../src/plans/define-plan.ts';
import { buyer, quote, refunder } from './agents.ts';

const input = z.object({ sku: z.string(), rush: z.boolean() });

test('a plan is built from steps whose references name what they wait for', () => {
  const { plan } = definePlan({ name: 'order', input, maxParallel: 2 }, (p) => {
    const quoted = p.step('quote', quote, { sku: p.input.sku });
    const undo = { agent: refunder, input: { receipt: null } };
    const rush = { ref: p.input.rush, op: 'eq', value: true } as const;
    p.step('buy', buyer, { cents: quoted.cents, label: '$5' }, { when: rush, compensate: undo, timeoutMs: 500 });
  });
  expect(plan).toEqual({
    name: 'order',
    max_parallel: 2,
    steps: [
      { id: 'quote', agent: 'quote', input: { sku: '$input.sku' } },
      {
        id: 'buy',
        agent: 'buyer',
        input: { cents: '$steps.quote.cents', label: '$$5' },
        needs: ['quote'],
        when: { ref: '$input.rush', op: 'eq', value: true },
        timeout_ms: 500,
        compensate: { agent: 'refunder', input: { receipt: null } },
      },
    ],
  });
});

test('a result that does not fit the next step does not compile, nor does it pass', () => {
  const build = () =>
    definePlan({ name: 'order', input }, (p) => {
      const quoted = p.step('quote', quote, { sku: p.input.sku });
      // @ts-expect-error a string where a number is taken
      p.step('buy', buyer, { cents: quoted.currency });
      // @ts-expect-error there is no such field
      p.step('buy-2', buyer, { cents: quoted.price });
      // @ts-expect-error the field may be missing
      p.step('quote-2', quote, { sku: quoted.note });
      p.step('quote-3', quote, { sku: quoted.currency });
    });
  expect(build).toThrow('steps[1].input.cents');
});

test('an app refuses a plan whose agent it does not have, and two plans of one name', () => {
  const one = definePlan({ name: 'one', input }, (p) => void p.step('quote', quote, { sku: p.input.sku }));
  expect(() => defineApp({ agents: [buyer], plans: [one] })).toThrow('plan one uses agent quote');
  expect(() => defineApp({ agents: [quote], plans: [one, one] })).toThrow('two plans are named one');
  expect(defineApp({ agents: [quote], plans: [one] }).manifest().plans.one?.plan).toEqual(one.plan);
});
