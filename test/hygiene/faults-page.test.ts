import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { FAULT_KINDS, faultsPage, faultTests } from '../support/faults-page.ts';

test('every fault test says its kind, and in a sentence what was seen before', () => {
  const unclear = faultTests().filter(({ kind, name, before }) => !FAULT_KINDS[kind] || !name || !before);
  expect(unclear).toEqual([]);
});

test('docs/faults.md lists every fault test with what it sees now; npm run docs:faults writes it', () => {
  const page = readFileSync('docs/faults.md', 'utf8');
  const expected = faultsPage({ tests: faultTests(), seen: [], page });
  expect(page.startsWith(expected)).toBe(true);
  // The long tests are run by name alone, and some of them take many minutes.
  const unseen = expected.split('\n').filter((row) => row.endsWith('| — |') && !row.includes('../test/long/'));
  expect(unseen).toEqual([]);
});
