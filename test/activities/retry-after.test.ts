import { expect, test } from '@jest/globals';
import { classifyFailure } from '../../src/activities/classify-failure.ts';
import { BatonError } from '../../src/contracts/baton-error.ts';
import { faultTest } from '../support/fault-test.ts';

const failed = (more: object) => Object.assign(new Error('slow down'), more);
const wrapped = (cause: unknown) => new Error('the model cannot be asked', { cause });
const inTwoMinutes = () => new Date(Date.now() + 120_000).toUTCString();

/** The same two minutes in the forms that clients of services give them. */
const FORMS: [what: string, thrown: () => unknown][] = [
  ['seconds', () => failed({ status: 429, headers: { 'retry-after': '120' } })],
  ['a number', () => failed({ status: 429, headers: { 'retry-after': 120 } })],
  ['a float', () => failed({ status: 429, headers: { 'retry-after': '120.0' } })],
  ['a name in capitals', () => failed({ status: 429, headers: { 'Retry-After': '120' } })],
  ['a list of values', () => failed({ status: 429, headers: { 'retry-after': ['120'] } })],
  ['Headers', () => failed({ status: 429, headers: new Headers({ 'Retry-After': '120' }) })],
  ['a map', () => failed({ status: 429, headers: new Map([['Retry-After', '120']]) })],
  ['pairs', () => failed({ status: 429, headers: [['Retry-After', '120']] })],
  ['a flat list', () => failed({ status: 429, headers: ['date', 'now', 'Retry-After', '120'] })],
  ['a date', () => failed({ status: 429, headers: { 'retry-after': inTwoMinutes() } })],
  ['milliseconds', () => failed({ status: 429, headers: { 'retry-after-ms': '120000', 'retry-after': '5' } })],
  ['AI SDK', () => failed({ statusCode: 429, responseHeaders: { 'retry-after': '120' } })],
  [
    'all attempts of AI SDK',
    () => failed({ lastError: failed({ statusCode: 429, responseHeaders: { 'retry-after': '120' } }) }),
  ],
  ['axios', () => failed({ response: { status: 429, headers: { 'Retry-After': '120' } } })],
  [
    'the AWS SDK',
    () => failed({ $metadata: { httpStatusCode: 429 }, $response: { headers: { 'retry-after': '120' } } }),
  ],
  ['a cause', () => wrapped(failed({ status: 429, headers: { 'retry-after': '120' } }))],
  [
    'a cause of a cause',
    () => wrapped(wrapped(failed({ statusCode: 429, responseHeaders: { 'Retry-After': '120' } }))),
  ],
  ['a tool', () => new BatonError('RateLimited', 'later', { cause: failed({ headers: { 'retry-after': '120' } }) })],
];

faultTest(
  'a service that asks to be left alone is heard in every form in which clients pass that on',
  {
    kind: 26,
    before: 'Of 18 forms 13 were not heard: dates, milliseconds, other spellings, AI SDK, errors with a cause.',
  },
  async () => {
    const heard = FORMS.map(([what, thrown]) => ({ what, ...classifyFailure(thrown()) }));
    const deaf = heard.filter(({ retryAfterMs = 0 }) => retryAfterMs < 118_000 || retryAfterMs > 120_000);
    expect(deaf).toEqual([]);
    expect(heard.filter(({ type }) => type !== 'RateLimited')).toEqual([]);
    return `All ${heard.length} forms are heard as two minutes, and as RateLimited.`;
  },
);

test('what is no wait is none, and a wait is at most a day', () => {
  const after = (value: unknown) => classifyFailure(failed({ headers: { 'retry-after': value } })).retryAfterMs;
  for (const value of ['tomorrow', '', '-5', 'NaN', 'Infinity', '2 fishes', {}, [], null])
    expect(after(value)).toBeUndefined();
  expect(after('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
  expect(after('999999999')).toBe(86_400_000);
  const own = (retryAfterMs: number) =>
    classifyFailure(new BatonError('RateLimited', 'x', { retryAfterMs })).retryAfterMs;
  expect([own(Number.POSITIVE_INFINITY), own(Number.NaN), own(-1), own(0.2)]).toEqual([
    86_400_000,
    undefined,
    undefined,
    1,
  ]);
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
    },
  );
  expect(classifyFailure(failed({ headers: hostile, response: hostile })).retryAfterMs).toBeUndefined();
});
