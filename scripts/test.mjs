// Runs every tier of the tests and ends with one plain line: "N passed, N failed".
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { JEST } from './lib/jest.mjs';

const patterns = process.argv.slice(2);
/** Long forms of tests that have a short one here; they are run by name alone. */
const LONG = 'test/long/';
const bin = (name) => join('node_modules', '.bin', name);

/** Tiers that are one check each: passed or failed. Several checkers of `tsc` would check much twice. */
const CHECKS = [
  ['types', bin('tsc'), ['--noEmit', '--checkers', '1', '-p', '.']],
  ['types of the page', bin('tsc'), ['--noEmit', '--checkers', '1', '-p', 'web']],
  ['lint', bin('oxlint'), []],
  ['format', bin('oxfmt'), ['--list-different', '.']],
];

let passed = 0;
let failed = 0;
/** Said by name, so that none can vanish silently. */
const skipped = [];

function beModest(pid) {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Not every system lets it: the check then takes its share.
  }
}

/** What a check prints is shown in one piece, after its name. It takes what the tests leave of the machine. */
async function check([name, command, args]) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.once('spawn', () => beModest(child.pid));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const [status] = await once(child, 'close');
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'}  ${name}\n${said}`);
  if (status === 0) passed += 1;
  else failed += 1;
}

/** Beside the first stage: the tests wait for servers and processes a good part of their time. */
const checks = Promise.all(patterns.length ? [] : CHECKS.map(check));

// Two files at a time, since most of them wait for a server or a process much of their time; a third one makes the machine
// busier than it saves. Those which hold bars of time, as the scenarios do, run one after the other.
const TIMED = 'test/(scenarios/|failures/killed-worker|activities/worker-death)';
const STAGES = [
  ['--maxWorkers=2', `--testPathIgnorePatterns=${TIMED}|${LONG}`],
  ['--runInBand', TIMED],
];

const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
const outputFile = join(folder, 'jest.json');
for (const stage of patterns.length ? [['--runInBand', ...patterns]] : STAGES) {
  rmSync(outputFile, { force: true });
  // `--json` also prints the whole result to stdout, which nobody reads; the progress is on stderr.
  const args = [...JEST, '--json', `--outputFile=${outputFile}`, ...stage];
  const [status] = await once(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
  const ok = status === 0;
  await checks;
  try {
    const result = JSON.parse(readFileSync(outputFile, 'utf8'));
    const failures = result.numFailedTests + result.numRuntimeErrorTestSuites;
    passed += result.numPassedTests;
    for (const { assertionResults } of result.testResults) {
      for (const { status, fullName } of assertionResults) if (status === 'pending') skipped.push(fullName);
    }
    failed += ok ? failures : Math.max(1, failures);
  } catch {
    process.stdout.write('the test runner left no result\n');
    failed += 1;
  }
}
rmSync(folder, { recursive: true, force: true });

for (const name of skipped) process.stdout.write(`SKIPPED  ${name}\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
