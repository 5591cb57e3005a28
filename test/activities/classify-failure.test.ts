import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { classifyFailure } from '../../src/activities/classify-failure.ts';
import { BatonError } from '../../src/contracts/baton-error.ts';
import type { FailureType } from '../../src/contracts/names.ts';

const withCode = (code: string) => Object.assign(new Error('connect'), { code });
const wrapped = (cause: unknown) => new Error('outermost', { cause });
const thrownBy = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

test.each<[what: string, thrown: unknown, type: FailureType, message: RegExp]>([
  ['an error', new Error('broken'), 'AgentFailed', /^broken$/],
  ['an error without words', new Error(''), 'AgentFailed', /^Error$/],
  ['text', 'broken', 'AgentFailed', /^broken$/],
  ['undefined', undefined, 'AgentFailed', /threw undefined/],
  ['null', null, 'AgentFailed', /threw null/],
  ['an object without a prototype', Object.create(null), 'AgentFailed', /cannot be shown/],
  ['an error of our list', new BatonError('BudgetExceeded', 'spent'), 'BudgetExceeded', /^spent$/],
  ['one of our list as a cause', wrapped(new BatonError('Rejected', 'no')), 'Rejected', /^outermost$/],
  ['an input that does not parse', z.number().safeParse('x').error, 'InvalidInput', /expected number/],
  ['a refused connection', withCode('ECONNREFUSED'), 'NetworkError', /^connect$/],
  ['a name that does not resolve', withCode('ENOTFOUND'), 'NetworkError', /^connect$/],
  [
    'fetch without a network',
    new TypeError('fetch failed', { cause: withCode('ETIMEDOUT') }),
    'NetworkError',
    /^fetch/,
  ],
  [
    'a connection refused at the fifth cause',
    [1, 2, 3, 4, 5].reduce(wrapped, withCode('EPIPE')),
    'NetworkError',
    /^out/,
  ],
  ['a file that is missing', withCode('ENOENT'), 'AgentFailed', /^connect$/],
  ['a rate limit', Object.assign(new Error('slow down'), { status: 429 }), 'RateLimited', /^slow/],
  ['a rate limit by another name', Object.assign(new Error('slow down'), { statusCode: 429 }), 'RateLimited', /^slow/],
  ['a server error', Object.assign(new Error('oops'), { status: 500 }), 'AgentFailed', /^oops$/],
  ['a buffer too large', thrownBy(() => new ArrayBuffer(Number.MAX_SAFE_INTEGER)), 'OutOfMemory', /out of memory: /],
  ['text too long', thrownBy(() => 'x'.repeat(2 ** 30)), 'OutOfMemory', /out of memory: Invalid string length/],
])('%s is of its type and keeps its words', (_what, thrown, type, message) => {
  const failure = classifyFailure(thrown);
  expect(failure.type).toBe(type);
  expect(failure.message).toMatch(message);
});

test('what a service says about waiting is heard, in milliseconds', () => {
  const limited = (headers: unknown) => Object.assign(new Error('slow down'), { status: 429, headers });
  expect(classifyFailure(limited({ 'retry-after': '2' })).retryAfterMs).toBe(2_000);
  expect(classifyFailure(limited(new Headers({ 'retry-after': '0.5' }))).retryAfterMs).toBe(500);
  expect(classifyFailure(limited({ 'retry-after': 'tomorrow' })).retryAfterMs).toBeUndefined();
  expect(classifyFailure(limited({})).retryAfterMs).toBeUndefined();
});

test('messages are cut to 2,000 characters, and causes to five', () => {
  const long = Array.from({ length: 50 }).reduce<Error>((cause) => wrapped(cause), new Error('x'.repeat(10_000)));
  expect(classifyFailure(long).causes).toHaveLength(5);
  expect(classifyFailure(new Error('x'.repeat(10_000))).message).toHaveLength(2_000);
});

test('an error that is its own cause is told once', () => {
  const error = new Error('round');
  error.cause = error;
  expect(classifyFailure(error).causes).toEqual([]);
});
