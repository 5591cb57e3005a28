import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { assertNoSecrets, testApp } from 'baton-agents/testing';
import app, { signer } from '../public/signer.ts';

test('what a schema marks and an app names is hidden in the whole feed of a run and in its failure', async () => {
  const t = await testApp(app);
  const run = await t.run(signer, { document: 'order CUST-123456', pin: 'zulu-4711' });
  assertNoSecrets(run, ['zulu-4711']);
  const refused = await t.run(signer, { document: 'a', pin: 'old-9' });
  assertNoSecrets(refused, ['old-9']);
  expect(refused.error?.message).toBe('the pin [redacted] is refused');
  const thoughts = run.events.flatMap(({ type, payload }) => (type === 'agent_thinking' ? payload.reasoning : []));
  expect(thoughts).toEqual(['Signing order [redacted] with [redacted]']);

  const leaked = await t.run(signer, { document: 'apiKey=abc123', pin: 'zulu-4711' });
  expect(() => assertNoSecrets(leaked)).toThrow(
    'the run shows secrets:\n  outcome.result.result.note holds what looks like a secret',
  );
  expect(() => assertNoSecrets(leaked, ['signer'])).toThrow('outcome.agents.0.agent shows planted secret 1');
  await t.stop();
});

test('the code of docs/security.md is what runs here', () => {
  const page = readFileSync('docs/security.md', 'utf8');
  const [defined = '', asserted = ''] = [...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);
  expect(readFileSync('test/public/signer.ts', 'utf8')).toBe(defined);
  const [, body = ''] = asserted.split('\n\n');
  const own = readFileSync('test/testing/assert-no-secrets.test.ts', 'utf8').replaceAll(/^ {2}/gm, '');
  expect(own).toContain(body);
});
