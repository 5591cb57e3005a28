import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonFaults } from '../../src/contracts/json-faults.ts';
import { jsonKey, jsonValue } from '../support/json-values.ts';
import { NOT_JSON } from '../support/odd-values.ts';

test('what JSON can hold has no fault', () => {
  fc.assert(
    fc.property(jsonValue, (value) => {
      expect(jsonFaults(value, ['v'])).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('whatever stands beside it, what is not JSON is found at its place', () => {
  const place = fc.tuple(
    fc.array(fc.oneof(jsonKey, fc.nat(3)), { maxLength: 6 }),
    jsonValue,
    fc.nat(NOT_JSON.length - 1),
  );
  fc.assert(
    fc.property(place, ([path, beside, index]) => {
      const wrap = (inner: unknown, step: string | number) =>
        typeof step === 'number' ? [...Array<unknown>(step).fill(beside), inner] : { beside, [`in ${step}`]: inner };
      const whole = path.reduceRight<unknown>(wrap, { at: NOT_JSON[index]?.[1]() });
      const faults = jsonFaults(whole, ['v']);
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.length).toBeLessThanOrEqual(50);
    }),
    { numRuns: 300 },
  );
});
