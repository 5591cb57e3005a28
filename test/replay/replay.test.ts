import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { bundleForReplay } from '../../src/replay/bundle-for-replay.ts';
import { silentRuntime } from '../../src/replay/silent-runtime.ts';
import { WORKFLOWS_PATH } from '../../src/worker.ts';
import { committedHistories, divergences } from './committed.ts';
import { HISTORIES, scenarioOf } from './history-file.ts';
import { SCENARIOS } from './scenarios.ts';

silentRuntime();
const files = readdirSync(HISTORIES).sort();

test('every scenario has a history, and every history a scenario', () => {
  expect([...new Set(files.map(scenarioOf))].sort()).toEqual(SCENARIOS.map(({ name }) => name).sort());
});

test('every history of every version replays on the code as it is', async () => {
  const workflowBundle = await bundleForReplay({ workflowsPath: WORKFLOWS_PATH });
  expect(await divergences(workflowBundle, await committedHistories())).toEqual({});
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
