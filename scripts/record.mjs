// Records histories, and what their users saw, for the replay tests: `npm run record -- [--replace] [scenario...]`, all that are missing by default.
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { feedFileOf, feedText } from '../src/replay/feed-file.ts';
import { historyFile } from '../test/replay/history-file.ts';
import { LARGE_SCENARIOS, SCENARIOS } from '../test/replay/scenarios.ts';

const args = process.argv.slice(2);
const replace = args.includes('--replace');
const named = args.filter((arg) => arg !== '--replace');
const say = (line) => void process.stderr.write(`${line}\n`);

const scenarios = [...SCENARIOS, ...LARGE_SCENARIOS];
const unknown = named.filter((name) => !scenarios.some((scenario) => scenario.name === name));
const missing = scenarios.filter((scenario) => !existsSync(historyFile(scenario)));
const chosen = named.length > 0 ? scenarios.filter(({ name }) => named.includes(name)) : missing;
const kept = chosen.filter((scenario) => existsSync(historyFile(scenario)));

if (unknown.length > 0) {
  say(`record: unknown scenario ${unknown.join(', ')}; known: ${scenarios.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
} else if (kept.length > 0 && !replace) {
  say(`record: there is a history of ${kept.map(({ name }) => name).join(', ')} already.`);
  say('A replay that fails tells of a change that breaks running workflows; only an unreleased one is recorded anew,');
  say('by --replace and with a line in CHANGELOG.md.');
  process.exitCode = 1;
} else {
  const { default: globalSetup } = await import('../test/support/global-setup.mjs');
  const { default: globalTeardown } = await import('../test/support/global-teardown.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'baton-record-'));
  symlinkSync(resolve('examples/data/AzureLLMInferenceTrace_code.csv'), join(folder, 'azure.csv'));
  await globalSetup();
  const { recordScenario } = await import('../test/replay/record-scenario.ts');
  process.chdir(folder);
  try {
    for (const scenario of chosen) {
      const { history, feed } = await recordScenario(scenario);
      const file = historyFile(scenario);
      if (scenario.large) {
        writeFileSync(file, gzipSync(JSON.stringify(history)));
      } else {
        writeFileSync(file, `${JSON.stringify(history, null, 1)}\n`);
        writeFileSync(feedFileOf(file), feedText(feed));
      }
      say(`recorded ${scenario.name}`);
    }
  } finally {
    await globalTeardown();
    rmSync(folder, { recursive: true, force: true });
  }
}
