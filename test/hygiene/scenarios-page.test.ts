import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { scenarioTests } from '../support/scenario-tests.ts';
import { scenariosPage } from '../support/scenarios-page.ts';
import { TRIES } from '../support/until-met.ts';

test('docs/scenarios.md lists every acceptance scenario once, with the file of its test', () => {
  const rows = readFileSync('docs/scenarios.md', 'utf8').matchAll(/^\| `(test_\w+)` \| \[.*?\]\(\.\.\/(.*?)\) \|/gm);
  const listed = [...rows].map(([, name, file]) => ({ name, file }));
  expect(listed).toEqual(scenarioTests().map(({ name, file }) => ({ name, file })));
  expect(listed.filter(({ file }) => !existsSync(file ?? ''))).toEqual([]);
  expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
});

test('docs/scenarios.md says which scenarios are tried again, how often, and that their figures are the first that met', () => {
  const tests = scenarioTests();
  const [head = ''] = scenariosPage({ tests, measures: [] }).split('| scenario');
  expect(head).toMatch(new RegExp(`tried again .*, ${TRIES} times at most`));
  const tried = tests.filter(({ isTriedAgain }) => isTriedAgain);
  expect(tried.length).toBeGreaterThan(0);
  for (const { name } of tried) expect(head).toContain(name);
  expect(readFileSync('docs/scenarios.md', 'utf8').startsWith(head)).toBe(true);
});
