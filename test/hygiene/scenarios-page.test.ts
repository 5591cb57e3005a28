import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { scenarioTests } from '../support/scenario-tests.ts';

test('docs/scenarios.md lists every acceptance scenario once, with the file of its test', () => {
  const rows = readFileSync('docs/scenarios.md', 'utf8').matchAll(/^\| `(test_\w+)` \| \[.*?\]\(\.\.\/(.*?)\) \|/gm);
  const listed = [...rows].map(([, name, file]) => ({ name, file }));
  expect(listed).toEqual(scenarioTests());
  expect(listed.filter(({ file }) => !existsSync(file ?? ''))).toEqual([]);
  expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
});
