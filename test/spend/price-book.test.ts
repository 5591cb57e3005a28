import { describe, expect, test } from '@jest/globals';
import { createPriceBook } from '../../src/spend/prices/price-book.ts';
import { priceUsage } from '../support/price-usage.ts';
import { PRICED_AT, temporaryFolder } from './fixtures.ts';

const at = new Date(PRICED_AT);
const book = await createPriceBook();

describe('list prices reconcile with real bills', () => {
  test.each([
    {
      model: 'gpt-4o-mini-2024-07-18',
      requests: 4_228,
      input: 5_789_342,
      cacheRead: 229_120,
      output: 106_885,
      billed: 0.9153483,
    },
    {
      model: 'gpt-5.4-2026-03-05',
      requests: 1_256,
      input: 32_807_457,
      cacheRead: 30_833_664,
      output: 1_143_269,
      billed: 29.7919335,
    },
    {
      model: 'gpt-5.5-2026-04-23',
      requests: 1_480,
      input: 35_226_942,
      cacheRead: 33_033_728,
      output: 704_066,
      billed: 48.604914,
    },
  ])('$model comes to $$billed for $requests requests', ({ model, billed, ...usage }) => {
    const found = book.require({ model, at });
    expect(found.match).toBe('exact');
    expect(priceUsage(found.card, usage)).toBeCloseTo(billed, 6);
  });

  test('pricing the sum as one request would be far too dear, which is why the mean request is priced', () => {
    const { card } = book.require({ model: 'gpt-5.4-2026-03-05', at });
    const sum = { input: 32_807_457, cacheRead: 30_833_664, output: 1_143_269 };
    expect(priceUsage(card, { ...sum, requests: 1 })).toBeCloseTo(51.0093495, 6);
  });
});

describe('model names', () => {
  test.each([
    ['openai/gpt-4o', undefined, 'openai/gpt-4o', 'exact'],
    ['azure/gpt-4o', undefined, 'azure/gpt-4o', 'exact'],
    ['gpt-4o', undefined, 'openai/gpt-4o', 'exact'],
    ['claude-sonnet-4-5-20250929', 'anthropic', 'anthropic/claude-sonnet-4-5', 'exact'],
    ['claude-opus-5.5', undefined, 'anthropic/claude-opus-5-5', 'exact'],
    ['claude-sonnet-5-5', undefined, 'anthropic/claude-sonnet-5', 'prefix'],
  ])('%s (provider %s) is priced as %s, match %s', (model, provider, key, match) => {
    expect(book.find({ model, provider, at })).toMatchObject({ key, match });
  });

  test('an unknown model is refused with the nearest names', () => {
    expect(() => book.require({ model: 'claude-sonet-4-5', at })).toThrow(
      /claude-sonet-4-5.*Nearest names: claude-sonnet-4-5/s,
    );
    expect(() => book.require({ model: 'gtp-4o', at })).toThrow(/gpt-4o/);
  });

  test('a provider that does not exist is not guessed around', () => {
    expect(book.find({ model: 'gpt-4o', provider: 'nobody', at })).toBeNull();
  });
});

describe('prices over time', () => {
  test('the price of the given moment counts', () => {
    const input = (day: string) => book.require({ model: 'o3', at: new Date(day) }).card[0]?.input;
    expect(input('2025-06-01')).toBe(10);
    expect(input('2025-07-01')).toBe(2);
  });

  test('the catalogue says its version', () => {
    expect(book.version).toBe('0.1.8');
  });
});

describe('a file of own prices', () => {
  test('wins over the catalogue, adds models, and is named by its hash', async () => {
    await using folder = await temporaryFolder();
    const overridesPath = await folder.file(
      'prices.json',
      JSON.stringify({
        models: {
          'openai/gpt-4o': { input_mtok: 1, output_mtok: 2 },
          'acme/big-1': { input_mtok: { base: 1, tiers: [{ start: 100, price: 3 }] }, output_mtok: 5 },
        },
      }),
    );
    const own = await createPriceBook({ overridesPath });
    expect(own.overridesSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(own.require({ model: 'gpt-4o', at }).card[0]).toMatchObject({ input: 1, cacheRead: 1, output: 2 });
    const { card } = own.require({ model: 'big-1', at });
    expect(priceUsage(card, { requests: 1, input: 100, output: 0 })).toBeCloseTo(100e-6, 12);
    expect(priceUsage(card, { requests: 1, input: 101, output: 0 })).toBeCloseTo(303e-6, 12);
  });

  test('with a wrong entry is refused with the place', async () => {
    await using folder = await temporaryFolder();
    const overridesPath = await folder.file('prices.json', '{"models":{"openai/x":{"input_mtok":-1,"output_mtok":1}}}');
    await expect(createPriceBook({ overridesPath })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('models.openai/x.input_mtok'),
    });
  });
});
