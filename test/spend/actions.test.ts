import { describe, expect, test } from '@jest/globals';
import type { Saving } from '../../src/contracts/cost-optimization.ts';
import { planActions } from '../../src/spend/actions/plan-actions.ts';
import { confidence } from '../../src/spend/techniques/confidence.ts';

const saving = (more: Partial<Saving>): Saving => ({
  id: 'output_cap:openai/gpt-4o',
  technique: 'output_cap',
  segment: 'gpt-4o',
  model: 'openai/gpt-4o',
  params: { low: { cap: 9 }, expected: { cap: 5 }, high: { cap: 5 } },
  formula: 'sum of what is above the cap',
  evidence: { rows: 1, query: 'SELECT 1' },
  standalone_monthly_usd: 1000,
  standalone_percent: 1,
  marginal_monthly_usd: { low: 0, expected: 1000, high: 1200 },
  phase: 1,
  confidence: 0.675,
  grade: 'R',
  ...more,
});

describe('the plan of action', () => {
  test('pays half a day back in 0.4 months and returns 29 times its effort in a year', () => {
    const [found] = planActions({ savings: [saving({})], phases: [] }).recommendations;
    expect(found).toMatchObject({ effort_days: 0.5, effort_usd: 400, payback_months: 0.4, roi_12m: 29 });
  });

  test('uses the day rate that is given and lists it', () => {
    const planned = planActions({ savings: [saving({})], phases: [], effort_rate_usd_per_day: 1600 });
    expect(planned.recommendations[0]?.effort_usd).toBe(800);
    expect(planned.assumptions).toMatchObject([{ id: 'effort_rate_usd_per_day', value: 1600, origin: 'user' }]);
  });

  test('gives neither payback nor return below a confidence of 0.4', () => {
    const [found] = planActions({ savings: [saving({ confidence: 0.39 })], phases: [] }).recommendations;
    expect(found).toMatchObject({ payback_months: null, roi_12m: null });
  });

  test('ranks by saving times confidence over effort', () => {
    const big = saving({
      id: 'context_trim:m',
      technique: 'context_trim',
      marginal_monthly_usd: { low: 0, expected: 5000, high: 5000 },
      confidence: 0.45,
    });
    const ids = planActions({ savings: [big, saving({})], phases: [] }).recommendations.map(({ id }) => id);
    expect(ids).toEqual(['output_cap:openai/gpt-4o', 'context_trim:m']);
  });

  test('orders what is worth the same alike in every language that a machine is set to', () => {
    const savings = ['output_cap:a', 'output_cap:B', 'output_cap:ä'].map((id) => saving({ id }));
    const ids = planActions({ savings, phases: [] }).recommendations.map(({ id }) => id);
    expect(ids).toEqual(['output_cap:B', 'output_cap:a', 'output_cap:ä']);
  });

  test('says that the low case saves nothing', () => {
    const [found] = planActions({ savings: [saving({})], phases: [] }).recommendations;
    expect(found?.inputs).toMatchObject({
      'cap.low': 9,
      'cap.expected': 5,
      low_case: expect.stringContaining('saves nothing'),
    });
  });
});

describe('confidence', () => {
  test.each([
    ['price arithmetic on a week of data', { certainty: 'price', windowDays: 7, priceMatch: 'exact' }, 0.95],
    [
      'one assumption about behaviour, on an hour',
      { certainty: 'behaviour', windowDays: 0.04, priceMatch: 'exact' },
      0.675,
    ],
    [
      'the same with a price matched by prefix',
      { certainty: 'behaviour', windowDays: 0.04, priceMatch: 'prefix' },
      0.608,
    ],
    ['inferred exposure', { certainty: 'exposure', windowDays: 8, priceMatch: 'exact' }, 0.5],
    [
      'a model change without evaluations',
      { certainty: 'behaviour', windowDays: 30, priceMatch: 'exact', cap: 0.6 },
      0.6,
    ],
  ] as const)('of %s', (_name, options, expected) => {
    expect(confidence(options)).toBe(expected);
  });
});
