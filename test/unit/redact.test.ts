import { expect, test } from '@jest/globals';
import { redact } from '../../src/contracts/redact.ts';

test.each([
  [{ password: 'x1' }, 'x1'],
  [{ config: { api_key: 'k-123' } }, 'k-123'],
  [{ headers: [{ Authorization: 'Basic abc' }] }, 'Basic abc'],
  [{ openai_api_key: 'v' }, '"v"'],
  [{ text: 'use sk-abcdefghijklmnopqrstuvwx please' }, 'sk-abcdefghijkl'],
  [{ text: 'Bearer abcdefghijklmnop' }, 'abcdefghijklmnop'],
  [{ text: 'AKIAABCDEFGHIJKLMNOP' }, 'AKIAABCDEFGHIJKLMNOP'],
  [{ text: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.sig' }, 'eyJzdWIiOiJ1MSJ9'],
  [{ url: 'postgres://me:hunter2@db/x' }, 'hunter2'],
  [{ pem: '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----' }, 'MIIE'],
])('hides the secret in %j', (value, secret) => {
  const text = JSON.stringify(redact(value));
  expect(text).not.toContain(secret);
  expect(text).toContain('[redacted]');
});

test('leaves counts of tokens alone', () => {
  const usage = { input_tokens: 18_059_974, tokens: 5, token: 3, total_tokens: 1 };
  expect(redact(usage)).toEqual(usage);
});

test('does not change its argument, and survives a cycle', () => {
  const value: Record<string, unknown> = { token: 'abc' };
  value.self = value;
  expect(redact(value)).toEqual({ token: '[redacted]', self: '[circular]' });
  expect(value.token).toBe('abc');
});
