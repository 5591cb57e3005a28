import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryDelay } from '../../src/feed/retry-delay.ts';

test('lies between half the shortest wait and a bound that doubles up to the longest', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const wait = retryDelay(failures, [250, 10_000], () => chance);
      expect(wait).toBeGreaterThanOrEqual(125);
      expect(wait).toBeLessThanOrEqual(Math.min(10_000, 250 * 2 ** failures));
    }),
  );
});

test('differs between readers that lost the same gateway', () => {
  const waits = new Set(Array.from({ length: 50 }, () => retryDelay(5, [250, 10_000])));
  expect(waits.size).toBeGreaterThan(25);
});
