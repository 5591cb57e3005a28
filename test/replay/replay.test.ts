import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { shared } from '../support/test-run.ts';
import { bundleMutation } from './bundle-mutation.ts';
import { HISTORIES, scenarioOf } from './history-file.ts';
import { replayHistories } from './replay-histories.ts';
import { SCENARIOS } from './scenarios.ts';

const files = readdirSync(HISTORIES).sort();
const { workflowBundle } = shared();

test('every scenario has a history, and every history a scenario', () => {
  expect([...new Set(files.map(scenarioOf))].sort()).toEqual(SCENARIOS.map(({ name }) => name).sort());
});

test('every history of every version replays on the code as it is', async () => {
  expect(await replayHistories({ workflowBundle, files })).toEqual({});
});

test('a history names no machine and no person', async () => {
  for (const file of files) {
    const text = readFileSync(join(HISTORIES, file), 'utf8');
    const payloads = [...text.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
      Buffer.from(data ?? '', 'base64').toString(),
    );
    for (const each of [text, ...payloads]) {
      expect(each).not.toMatch(/\/(tmp|home|root|Users)\//);
      expect(each).not.toContain(`@${hostname()}`);
    }
  }
});

test('swapping two agents fails the replay of each run that reached them, and of no other', async () => {
  const mutated = await bundleMutation({
    file: 'cost-optimization.ts',
    change: (source) =>
      source
        .replace("agent('triage'", "agent('SWAP'")
        .replace("agent('data_helper'", "agent('triage'")
        .replace("agent('SWAP'", "agent('data_helper'"),
  });
  const failed = await replayHistories({ workflowBundle: mutated, files: files.filter((file) => !/own-/.test(file)) });
  expect(Object.keys(failed).sort()).toEqual(
    SCENARIOS.map(({ name }) => name)
      .filter((name) => name.startsWith('cost-'))
      .sort(),
  );
  expect(failed['cost-completed']).toMatch(/nondeterminism|non-determinis/i);
});

test('a change of what an agent is told keeps running workflows alive', async () => {
  const mutated = await bundleMutation({
    file: 'cost-optimization.ts',
    change: (source) => source.replace('Saves ${percent', 'It saves ${percent'),
  });
  expect(await replayHistories({ workflowBundle: mutated, files: files.filter((file) => /cost-/.test(file)) })).toEqual(
    {},
  );
});
