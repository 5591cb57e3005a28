import { describe, expect, test } from '@jest/globals';
import { checkPlan } from '../../src/plans/check-plan.ts';
import { app } from './agents.ts';

const { agents } = app.manifest();
const check = (plan: unknown, rest: { input?: unknown; results?: unknown } = {}) =>
  checkPlan({ plan, agents, ...rest });
const quote = { id: 'quote', agent: 'quote', input: { sku: '$input.sku' } };
const plan = (...steps: object[]) => ({ name: 'order', steps: [quote, ...steps] });
const buy = (more: object) => plan({ id: 'buy', agent: 'buyer', input: { cents: '$steps.quote.cents' }, ...more });

test('a sound plan has no fault', () => {
  const undo = { agent: 'refunder', input: { receipt: '$steps.buy.receipt' } };
  const when = { ref: '$steps.quote.currency', op: 'eq', value: 'EUR' };
  expect(check(buy({ compensate: undo, when, timeout_ms: 500, retry: { max_attempts: 2 } }))).toEqual([]);
});

/** What is wrong, where it is said, and a part of what is said. */
const FAULTS: [string, unknown, string, string][] = [
  ['an unknown agent', buy({ agent: 'buyr' }), 'steps[1].agent', 'did you mean "buyer"?'],
  ['an agent name with a slash', buy({ agent: 'a/b' }), 'steps[1].agent', 'unknown agent "a/b"'],
  ['a duplicate id', buy({ id: 'quote', input: { cents: 1 } }), 'steps[1].id', 'is steps[0] too'],
  ['a missing need', buy({ needs: ['quot'] }), 'steps[1].needs[0]', 'did you mean "quote"?'],
  ['a fallback for nothing', buy({ fallback_for: ['qoute'] }), 'steps[1].fallback_for[0]', 'did you mean "quote"?'],
  ['a circle', plan({ ...quote, id: 'b', needs: ['c'] }, { ...quote, id: 'c', needs: ['b'] }), 'steps[1].needs', 'c'],
  ['a step that needs itself', buy({ needs: ['buy'] }), 'steps[1].needs', 'buy -> buy'],
  [
    'a reference to a step that need not have ended',
    buy({ strategy: 'parallel' }),
    'steps[1].input.cents',
    'add it to needs',
  ],
  ['a reference to an unknown step', buy({ input: { cents: '$steps.quota.cents' } }), 'steps[1].input.cents', 'quote'],
  [
    'a reference to a field that there is not',
    buy({ input: { cents: '$steps.quote.cent' } }),
    'steps[1].input.cents',
    '$steps.quote has no "cent"; did you mean "cents"?',
  ],
  [
    'a reference whose type cannot fit',
    buy({ input: { cents: '$steps.quote.currency' } }),
    'steps[1].input.cents',
    'gives string, but number is taken',
  ],
  ['an index into text', buy({ input: { cents: '$steps.quote.currency[0]' } }), 'steps[1].input.cents', 'has no 0'],
  ['a whole result that cannot fit', buy({ input: '$steps.quote', agent: 'refunder' }), 'steps[1].input', 'receipt'],
  ['a misspelt root', buy({ input: { cents: '$step.quote.cents' } }), 'steps[1].input.cents', 'did you mean $steps?'],
  ['a dollar that is not escaped', buy({ input: { cents: 1, label: '$5' } }), 'steps[1].input.label', '$$'],
  ['a literal that the agent refuses', buy({ input: { cents: 10_001 } }), 'steps[1].input.cents', 'buyer refuses it'],
  ['a missing field', buy({ input: {} }), 'steps[1].input.cents', 'buyer refuses it'],
  ['an input made of needs that does not fit', buy({ input: undefined, needs: ['quote'] }), 'steps[1]', 'buyer'],
  ['a negative timeout', buy({ timeout_ms: -1 }), 'steps[1].timeout_ms', 'above 0'],
  ['a misspelt field', buy({ timeout: 1 }), 'steps[1].timeout', 'did you mean "timeout_ms"?'],
  ['an unknown operator', buy({ when: { ref: '$input.x', op: 'like' } }), 'steps[1].when.op', 'eq'],
  ['a condition on no reference', buy({ when: { ref: 'input.x', op: 'exists' } }), 'steps[1].when.ref', '$input.x'],
  ['NaN', buy({ input: { cents: NaN } }), 'steps[1].input.cents', 'NaN'],
  ['a lone surrogate', buy({ metadata: { a: '\ud800' } }), 'steps[1].metadata.a', 'lone surrogate'],
  ['an unknown undo agent', buy({ compensate: { agent: 'refundr' } }), 'steps[1].compensate.agent', '"refunder"'],
  ['no steps', { name: 'x', steps: [] }, 'steps', 'at least one'],
];

test.each(FAULTS)('%s is refused, with its place', (_what, wrong, path, message) => {
  const faults = check(wrong);
  expect(
    faults
      .filter((found) => found.path === path)
      .map((found) => found.message)
      .join('\n'),
  ).toContain(message);
});

describe('what a plan is given', () => {
  test('501 steps are too many', () => {
    const steps = Array.from({ length: 501 }, (_, n) => ({ ...quote, id: `s${n}`, input: { sku: 'a' } }));
    expect(check({ name: 'x', steps })).toMatchObject([{ path: 'steps' }]);
    expect(check({ name: 'x', steps: steps.slice(1) })).toEqual([]);
  });

  test('3 MB of input are too much', () => {
    const [found] = check(plan(), { input: { sku: 'x'.repeat(3_000_000) } });
    expect(found?.message).toContain('over the limit');
  });

  test('a value that contains itself is refused, not walked for ever', () => {
    const input: Record<string, unknown> = { sku: 'a' };
    input.self = input;
    expect(check(plan(), { input })[0]?.message).toContain('contains itself');
  });

  test('an input without what the plan refers to is refused', () => {
    expect(check(plan(), { input: { skew: 'a' } })).toMatchObject([{ path: 'steps[0].input.sku', nearest: 'skew' }]);
    expect(check(plan(), { input: { sku: 7 } })[0]?.message).toContain('gives integer, but string is taken');
  });

  test('a supplied result may be needed without being a step, and is checked like one', () => {
    const needing = {
      name: 'x',
      steps: [{ id: 'buy', agent: 'buyer', needs: ['q'], input: { cents: '$steps.q.cents' } }],
    };
    expect(check(needing)).not.toEqual([]);
    expect(check(needing, { results: { q: { cents: 5 } } })).toEqual([]);
    expect(check(needing, { results: { q: { cents: 'five' } } })[0]?.message).toContain('gives string');
  });

  test('a doubled dollar is a literal dollar', () => {
    expect(check(buy({ input: { cents: 1, label: '$$5 off' } }))).toEqual([]);
  });
});

test('all faults are told at once', () => {
  const steps = [
    { id: 'a', agent: 'quot', timeout_ms: -5 },
    { id: 'a', agent: 'buyer', input: { cents: 'x' } },
  ];
  const paths = check({ name: '', steps }).map(({ path }) => path);
  const expected = ['name', 'steps[0].agent', 'steps[0].timeout_ms', 'steps[1].id', 'steps[1].input.cents'];
  expect(paths.toSorted()).toEqual(expected);
});

test.each([undefined, null, 7, 'plan', [], { steps: 3 }, { name: 'x', steps: [null, 5] }])(
  '%j is no plan, and the checker survives it',
  (nonsense) => {
    expect(check(nonsense)).not.toEqual([]);
  },
);
