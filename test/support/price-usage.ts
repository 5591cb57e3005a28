import type { RateCard } from '../../src/spend/prices/rate-card.ts';

/** Tokens of `requests` requests together. `input` includes cache reads and writes. */
export type Usage = {
  requests: number;
  input: number;
  cacheRead?: number;
  cacheWrite?: number;
  cacheWrite1h?: number;
  output: number;
};

/**
 * List price of some requests, in US dollars. The price tier is that of the mean request: pricing the sum as one request
 * would put a day of small requests into the long-context tier and come out up to twice too dear.
 */
export function priceUsage(card: RateCard, usage: Usage): number {
  const { requests, input, cacheRead = 0, cacheWrite = 0, cacheWrite1h = 0, output } = usage;
  if (requests <= 0) return 0;
  const mean = input / requests;
  const rate = card.find(({ above, upTo }) => mean > above && mean <= upTo);
  if (!rate) return 0;
  const fresh = input - cacheRead - cacheWrite - cacheWrite1h;
  return (
    (fresh * rate.input +
      cacheRead * rate.cacheRead +
      cacheWrite * rate.cacheWrite +
      cacheWrite1h * rate.cacheWrite1h +
      output * rate.output) /
    1e6
  );
}
