import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { quietRuntime } from '../../../src/runtime/ensure-runtime.ts';
import { committedHistories } from '../../replay/committed.ts';
import { judgeMutations, type Verdict } from '../../replay/judge-mutations.ts';
import { MUTATIONS } from '../../replay/mutations.ts';
import { mutationsTable, withTable } from '../../replay/mutations-table.ts';

quietRuntime();
const foundBy = (verdicts: Verdict[], how: Verdict['caughtBy']) =>
  verdicts.filter(({ caughtBy }) => caughtBy === how).map(({ file }) => file);
let verdicts: Verdict[];

beforeAll(async () => {
  const histories = await committedHistories();
  verdicts = await judgeMutations(MUTATIONS, () => histories);
}, 600_000);

test('what asks for something else is found by replay', () => {
  expect(foundBy(verdicts, 'replay')).toHaveLength(20);
});

test('what keeps every command but shows its user something else is found by the feed', () => {
  expect(foundBy(verdicts, 'feed replay')).toHaveLength(4);
});

test('what only changes how long things may take goes through: runs under way go on, their users see the same', () => {
  expect(foundBy(verdicts, 'harmless')).toEqual([
    'agent-activity-options.ts',
    'agent-activity-options.ts',
    'cost-optimization.ts',
  ]);
});

test('docs/replay.md has the table as it comes out now; npm run docs:mutations writes it', () => {
  const page = readFileSync('docs/replay.md', 'utf8');
  expect(withTable(page, mutationsTable(verdicts))).toBe(page);
});
