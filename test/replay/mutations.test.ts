import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { quietRuntime } from '../../src/runtime/ensure-runtime.ts';
import { committedHistories } from './committed.ts';
import { judgeMutations, type Verdict } from './judge-mutations.ts';
import { MUTATIONS } from './mutations.ts';
import { documentedMutations, mutationRow } from './mutations-table.ts';
import { SCENARIOS } from './scenarios.ts';

quietRuntime();
/** Judged on every history. */
const SWAP = 'two agents change places';
const ends = (on: string[]) => [...new Set([on.at(0), on.at(-1)])].filter((name) => name !== undefined);
const documented = documentedMutations(readFileSync('docs/replay.md', 'utf8'));
const verdicts = new Map<string, Verdict>();

/** On the first and the last history that docs/replay.md names, or on all where it names none; test/long has all of all. */
beforeAll(async () => {
  const histories = await committedHistories();
  const namedIn = (on: string[]) => histories.filter(({ name }) => ends(on).includes(name));
  const judged = await judgeMutations(MUTATIONS, (name) => {
    const on = documented.get(name)?.on ?? [];
    return on.length > 0 && name !== SWAP ? namedIn(on) : histories;
  });
  for (const verdict of judged) verdicts.set(verdict.name, verdict);
}, 600_000);

test.each(MUTATIONS)('$name: what docs/replay.md says of it holds', ({ name }) => {
  const { row, on = [] } = documented.get(name) ?? {};
  const verdict = verdicts.get(name) as Verdict;
  expect(verdict.on).toEqual(name === SWAP ? on : ends(on));
  expect(mutationRow({ ...verdict, on })).toBe(row);
});

test('two agents that change places are named in every run that reached them', () => {
  const cost = SCENARIOS.map(({ name }) => name).filter((name) => name.startsWith('cost-'));
  const { on, told } = verdicts.get(SWAP) as Verdict;
  expect([...on].sort()).toEqual(cost.sort());
  expect(told).toBe(
    'step 1, agent triage: history scheduled triage here, the code now schedules data_helper: ' +
      'agent data_helper now comes before agent triage, or agent triage was removed',
  );
});
