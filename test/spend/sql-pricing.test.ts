import { describe, expect, test } from '@jest/globals';
import { calcPrice } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { withDuck } from '../../src/spend/duck.ts';
import { createPriceBook } from '../../src/spend/prices/price-book.ts';
import { priceUsage } from '../support/price-usage.ts';
import { createRatesSql, RATE_JOIN, ROW_COST } from '../../src/spend/prices/rate-sql.ts';
import { PRICED_AT, temporaryFolder } from './fixtures.ts';

const at = new Date(PRICED_AT);
const book = await createPriceBook();
const MODELS = [
  'gpt-4o',
  'gpt-5.4',
  'gpt-6-sol',
  'claude-sonnet-4-5',
  'claude-haiku-4-5',
  'claude-opus-5-5',
  'gemini-2.5-pro',
];

const usage = fc
  .record({
    model: fc.constantFrom(...MODELS),
    input: fc.oneof(fc.integer({ min: 0, max: 400_000 }), fc.constantFrom(200_000, 200_001, 271_999, 272_000, 272_001)),
    shares: fc.tuple(
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 0, max: 0.3, noNaN: true }),
      fc.double({ min: 0, max: 0.2, noNaN: true }),
    ),
    output: fc.integer({ min: 0, max: 50_000 }),
  })
  .map(({ model, input, shares, output }) => {
    const [cacheRead, cacheWrite, cacheWrite1h] = shares.map((share) => Math.floor(share * input)) as [
      number,
      number,
      number,
    ];
    return { model, requests: 1, input, cacheRead, cacheWrite, cacheWrite1h, output };
  });

describe('pricing in SQL', () => {
  test('agrees with the catalogue for every request, cache use and price tier', async () => {
    await using folder = await temporaryFolder();
    const cases = fc.sample(usage, { numRuns: 2000, seed: 7 });
    const models = MODELS.map((model) => book.require({ model, at }));
    const keys = new Map(models.map(({ model, key }) => [model, key]));
    const values = cases.map(
      (each, index) =>
        `(${index}, '${keys.get(each.model)}', 1, ${each.input}, ${each.cacheRead}, ${each.cacheWrite}, ${each.cacheWrite1h}, ${each.output})`,
    );
    const priced = await withDuck({ tempDir: folder.path }, async (duck) => {
      await duck.run(createRatesSql(models));
      return duck.rows<{
        index: number;
        usd: number;
      }>(`SELECT index, ${ROW_COST} AS usd FROM (VALUES ${values.join(', ')})
        AS l(index, model, requests, input_tokens, cache_read_tokens, cache_write_5m, cache_write_1h, output_tokens) ${RATE_JOIN} ORDER BY index`);
    });
    expect(priced).toHaveLength(cases.length);
    for (const { index, usd } of priced) {
      const each = cases[index] as (typeof cases)[number];
      const reference = calcPrice(
        {
          input_tokens: each.input,
          cache_read_tokens: each.cacheRead,
          cache_write_tokens: each.cacheWrite + each.cacheWrite1h,
          cache_write_1h_tokens: each.cacheWrite1h,
          output_tokens: each.output,
        },
        each.model,
        { timestamp: at },
      );
      expect(Math.abs(usd - (reference?.total_price ?? NaN))).toBeLessThan(1e-9);
    }
  });

  test('agrees with pricing one usage in JavaScript, also for several requests at once', () => {
    const { card } = book.require({ model: 'gpt-5.4', at });
    fc.assert(
      fc.property(usage, fc.integer({ min: 1, max: 1000 }), (each, times) => {
        const many = {
          ...each,
          requests: times,
          input: each.input * times,
          cacheRead: each.cacheRead * times,
          cacheWrite: each.cacheWrite * times,
          cacheWrite1h: each.cacheWrite1h * times,
          output: each.output * times,
        };
        const ratio = priceUsage(card, many) - times * priceUsage(card, each);
        expect(Math.abs(ratio)).toBeLessThan(1e-6);
      }),
    );
  });
});
