// Writes docs/scenarios.md from a run of the acceptance scenarios: `npm run docs:scenarios [-- --last]`, where --last runs
// nothing: it takes the figures of the last run of any scenarios, and keeps those of the others.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { MEASURED_FILE } from '../test/support/measured.ts';
import { scenarioTests } from '../test/support/scenario-tests.ts';
import { scenariosPage } from '../test/support/scenarios-page.ts';
import { JEST } from './lib/jest.mjs';

const PAGE = 'docs/scenarios.md';

function runScenarios() {
  rmSync(MEASURED_FILE, { force: true });
  // One file at a time: scenarios have bars by the clock.
  const args = [...JEST, '-i', 'test/scenarios/'];
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0;
}

const last = process.argv.includes('--last');
if (last || runScenarios()) {
  const lines = existsSync(MEASURED_FILE) ? readFileSync(MEASURED_FILE, 'utf8').trim().split('\n') : [];
  const measures = lines.map((line) => JSON.parse(line));
  const page = last ? readFileSync(PAGE, 'utf8') : undefined;
  writeFileSync(PAGE, scenariosPage({ tests: scenarioTests(), measures, page }));
  process.stdout.write(`wrote ${PAGE}\n`);
} else {
  process.stderr.write(`${PAGE} was not written: a scenario failed\n`);
  process.exitCode = 1;
}
