import type { ModelPrice, TieredPrices } from '@pydantic/genai-prices';

/**
 * Prices of one model for requests whose input lies in (`above`, `upTo`] tokens, in US dollars for a million tokens.
 * Providers with a long-context tier charge the whole request at the tier its input falls in, hence one row per range.
 */
type RateRow = {
  above: number;
  upTo: number;
  input: number;
  cacheRead: number;
  cacheWrite: number;
  cacheWrite1h: number;
  output: number;
};

export type RateCard = RateRow[];

type Price = number | TieredPrices | undefined;

/**
 * Flattens a catalogue price into ranges. A missing cache-read price means no discount, a missing cache-write price means
 * plain input, a missing one-hour price means the ordinary write price: that is how the providers bill.
 */
export function toRateCard(price: ModelPrice): RateCard {
  const prices = [
    price.input_mtok,
    price.output_mtok,
    price.cache_read_mtok,
    price.cache_write_mtok,
    price.cache_write_1h_mtok,
  ];
  const starts = new Set([-1]);
  for (const each of prices) if (typeof each === 'object') for (const tier of each.tiers) starts.add(tier.start);
  const edges = [...starts].sort((a, b) => a - b);
  return edges.map((above, index) => {
    const input = priceAbove(price.input_mtok, above) ?? 0;
    const cacheWrite = priceAbove(price.cache_write_mtok, above) ?? input;
    return {
      above,
      upTo: edges[index + 1] ?? Number.MAX_SAFE_INTEGER,
      input,
      cacheRead: priceAbove(price.cache_read_mtok, above) ?? input,
      cacheWrite,
      cacheWrite1h: priceAbove(price.cache_write_1h_mtok, above) ?? cacheWrite,
      output: priceAbove(price.output_mtok, above) ?? 0,
    };
  });
}

function priceAbove(price: Price, above: number): number | undefined {
  if (typeof price !== 'object') return price;
  let found = price.base;
  for (const tier of [...price.tiers].sort((a, b) => a.start - b.start)) if (tier.start <= above) found = tier.price;
  return found;
}
