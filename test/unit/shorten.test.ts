import { expect, test } from '@jest/globals';
import { shorten } from '../../src/contracts/shorten.ts';

test('keeps a small value as it is', () => {
  expect(shorten({ a: [1, 'b', null] }, 4096)).toEqual({ a: [1, 'b', null] });
});

test('replaces a large value by its size and its beginning', () => {
  const long = shorten({ text: 'ä'.repeat(5000) }, 4096);
  expect(long).toMatchObject({ truncated: true, bytes: 10_011 });
  expect(JSON.stringify(long).length).toBeLessThan(1000);
});

test.each([
  ['BigInt', { n: 1n }, { n: '1' }],
  ['NaN', { n: Number.NaN }, { n: 'NaN' }],
  ['a lone surrogate', { s: 'a\ud800' }, { s: 'a\ufffd' }],
  ['undefined', undefined, null],
  ['a function', () => 1, null],
])('makes plain JSON of %s', (_name, value, expected) => {
  expect(shorten(value, 4096)).toEqual(expected);
});

test('survives cycles and getters that throw', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const hostile = {
    get a() {
      throw new Error('no');
    },
  };
  expect(shorten(cyclic, 100)).toBe('[cannot be shown as JSON]');
  expect(shorten(hostile, 100)).toBe('[cannot be shown as JSON]');
});
