import { describe, expect, test } from '@jest/globals';
import { reportSchema, TECHNIQUE_IDS } from '../../src/contracts/report.ts';

const example = {
  status: 'completed',
  source: { files: [], format: 'azure_llm_trace', grade: 'R', rows: 8819, rejected_rows: 0, window_hours: 0.954 },
  baseline: {
    requests: 8819,
    input_tokens: 18059974,
    output_tokens: 245896,
    list_usd: 57.87,
    billed_usd: null,
    kappa: null,
    monthly_usd: 44261,
    monthly_basis: 'run_rate',
    stated_monthly_usd: 45000,
    assigned: ['model'],
  },
  recommendations: [
    {
      id: 'right_size:…',
      technique: 'right_size',
      segment: '…',
      marginal_monthly_usd: { low: 0, expected: 0, high: 0 },
      standalone_monthly_usd: 0,
      standalone_percent: 0,
      confidence: 0.6,
      grade: 'R',
      effort_days: 5,
      effort_usd: 0,
      payback_months: null,
      roi_12m: null,
      phase: 3,
      formula: '…',
      inputs: {},
      evidence: { rows: 0, query: '…' },
      action: { change: '…', owner: '…', gate: '…', rollback: '…' },
    },
  ],
  total: { monthly_usd: { low: 0, expected: 0, high: 0 }, percent: 0 },
  plan: [{ phase: 1, weeks: '1', items: [], cumulative_monthly_usd: 0 }],
  not_recommended: [
    { technique: 'prompt_caching', variant: '1h', reason: 'loses money', monthly_usd: -1.0, percent: -27.42 },
  ],
  not_computable: [{ technique: 'exact_duplicates', missing: 'prompt keys', how_to_get_it: '…' }],
  price_book: { version: '0.1.8', overrides_sha256: '…', priced_share: 1.0 },
  assumptions: [],
};

describe('the report on the wire', () => {
  test('the documented example parses unchanged', () => {
    expect(reportSchema.parse(example)).toEqual(example);
  });

  test('a report without data says what to export and has no figure', () => {
    const needed = [{ export: 'request log', how: 'from the gateway', gives: 'right-sizing' }];
    expect(reportSchema.parse({ status: 'insufficient_data', needed })).toEqual({
      status: 'insufficient_data',
      needed,
    });
    expect(reportSchema.safeParse({ status: 'insufficient_data' }).success).toBe(false);
  });

  test('a confidence above 1 is refused', () => {
    const [first] = example.recommendations;
    expect(reportSchema.safeParse({ ...example, recommendations: [{ ...first, confidence: 1.1 }] }).success).toBe(
      false,
    );
  });

  test('there are sixteen techniques', () => {
    expect(new Set(TECHNIQUE_IDS).size).toBe(16);
  });
});
