// Writes docs/faults.md from a run of the fault tests: `npm run docs:faults [-- --last]`, where --last runs nothing and
// takes what the last run of any of them saw. What stands below the campaign's heading is kept.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { faultTests, faultsPage } from '../test/support/faults-page.ts';
import { JEST } from './lib/jest.mjs';

// As in test/support/fault-test.ts, which Jest alone can load.
const SEEN_FILE = '.results/faults.jsonl';
const PAGE = 'docs/faults.md';
const BY_HAND = '\n## The campaign\n';

function runFaultTests() {
  rmSync(SEEN_FILE, { force: true });
  const files = [...new Set(faultTests().map(({ file }) => file))];
  return spawnSync(process.execPath, [...JEST, '-i', ...files], { stdio: 'inherit' }).status === 0;
}

const last = process.argv.includes('--last');
if (last || runFaultTests()) {
  const seen = existsSync(SEEN_FILE) ? readFileSync(SEEN_FILE, 'utf8').trim().split('\n').filter(Boolean) : [];
  const before = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  const [page, ...byHand] = before.split(BY_HAND);
  const generated = faultsPage({ tests: faultTests(), seen: seen.map((line) => JSON.parse(line)), page });
  writeFileSync(PAGE, [generated, ...byHand].join(BY_HAND));
  process.stdout.write(`wrote ${PAGE}\n`);
} else {
  process.stderr.write(`${PAGE} was not written: a fault test failed\n`);
  process.exitCode = 1;
}
