import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineApp, secret } from 'baton-agents';
import { redact, redactText } from '../../src/contracts/redact.ts';
import { secretFields } from '../../src/contracts/secret-fields.ts';

test('an app keeps keys of its own secret in any spelling, and texts by a pattern', () => {
  defineApp({ agents: [], redact: ['customerNumber', /CUST-\d{6}/i] });
  expect(redact({ customer_number: 17, CustomerNumbers: ['a'], customer: 'Ada' })).toEqual({
    customer_number: '[redacted]',
    CustomerNumbers: '[redacted]',
    customer: 'Ada',
  });
  expect(redactText('cust-123456 and CUST-654321; customer-number=17, customer=Ada')).toBe(
    '[redacted] and [redacted]; customer-number=[redacted], customer=Ada',
  );
});

test('a rule that names nothing or matches everything is refused', () => {
  const rule = (given: unknown) => () => defineApp({ agents: [], redact: [given as string] });
  expect(rule('__')).toThrow('redact: "__" names no key');
  expect(rule(/x*/)).toThrow('redact: /x*/ matches the empty text and would hide everything');
  expect(rule(17)).toThrow('redact: a rule is the name of a key or a RegExp, not number');
});

const schema = z.object({
  pin: secret(z.string()).optional(),
  owner: z.object({ iban: z.string().min(4).meta({ secret: true }) }),
  notes: z.array(z.union([z.string(), z.object({ text: secret(z.string()) })])),
  codes: z.record(z.string(), secret(z.number())),
});

test('marked fields are hidden through objects, lists, unions and records, and found as texts', () => {
  const value = { pin: '12', owner: { iban: 'DE02' }, notes: ['a', { text: 'long' }], codes: { a: 123456 } };
  const fields = secretFields(schema, 'input');
  expect(fields?.hide(value)).toEqual({
    pin: '[redacted]',
    owner: { iban: '[redacted]' },
    notes: ['a', { text: '[redacted]' }],
    codes: { a: '[redacted]' },
  });
  expect(fields?.valuesIn(value)).toEqual(['DE02', 'long', '123456']);
  expect(secretFields(z.object({ pin: z.string() }), 'input')).toBeUndefined();
});

test('a schema that refers to itself is walked as deep as the value is', () => {
  const node = z.object({
    key: secret(z.string()),
    get next() {
      return node.optional();
    },
  });
  const fields = secretFields(node, 'output');
  expect(fields?.hide({ key: 'a', next: { key: 'b', next: { key: 'c' } } })).toEqual({
    key: '[redacted]',
    next: { key: '[redacted]', next: { key: '[redacted]' } },
  });
});
