import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { bundleApp } from '../../src/replay/bundle-app.ts';
import { quietRuntime } from '../../src/runtime/ensure-runtime.ts';
import { checkHistories } from '../../src/replay/check-histories.ts';
import { checksText } from '../../src/replay/checks-text.ts';
import { isFeedFile } from '../../src/replay/feed-file.ts';
import { committedHistories } from './committed.ts';
import { HISTORIES, scenarioOf } from './history-file.ts';
import own from './own/app.ts';
import { SCENARIOS } from './scenarios.ts';

quietRuntime();
const paths = HISTORIES.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
const files = paths.map((path) => basename(path)).sort();

test('every scenario has a history with its feed, and every history a scenario', () => {
  const names = SCENARIOS.map(({ name }) => name).sort();
  const scenariosOf = (kept: string[]) =>
    [...new Set(kept.map((file) => scenarioOf(file.replace('.feed.', '.'))))].sort();
  expect(scenariosOf(files.filter((file) => !isFeedFile(file)))).toEqual(names);
  expect(scenariosOf(files.filter(isFeedFile))).toEqual(names);
});

test('every history of every version replays on the code as it is, and shows its user what it showed', async () => {
  const workflowBundle = await bundleApp(own);
  const checks = await checkHistories({ workflowBundle, histories: await committedHistories() });
  const n = SCENARIOS.length;
  expect(checksText(checks)).toBe(`${n} histories: ${n} replay, ${n} feeds compared\n`);
});

test('a history names no machine and no person', async () => {
  for (const path of paths) {
    const text = readFileSync(path, 'utf8');
    const payloads = [...text.matchAll(/"data": "([^"]*)"/g)].map(([, data]) =>
      Buffer.from(data ?? '', 'base64').toString(),
    );
    for (const each of [text, ...payloads]) {
      expect(each).not.toMatch(/\/(tmp|home|root|Users)\//);
      expect(each).not.toContain(`@${hostname()}`);
    }
  }
});
