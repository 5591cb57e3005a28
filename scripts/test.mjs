// Runs every tier of the tests and ends with one plain line: "N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const patterns = process.argv.slice(2);
const bin = (name) => join('node_modules', '.bin', name);

/** Tiers that are one check each: passed or failed. */
const CHECKS = [
  ['types', bin('tsc'), ['--noEmit', '-p', '.']],
  ['types of the page', bin('tsc'), ['--noEmit', '-p', 'web']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
];

let passed = 0;
let failed = 0;

function run(command, args, env = {}) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}

for (const [name, command, args] of patterns.length ? [] : CHECKS) {
  const ok = run(command, args);
  process.stdout.write(`${ok ? 'ok' : 'FAILED'}  ${name}\n`);
  if (ok) passed += 1;
  else failed += 1;
}

const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
const outputFile = join(folder, 'jest.json');
const jest = join('node_modules', 'jest', 'bin', 'jest.js');
// Two test files at a time: most of them wait for a server or a process much of their time.
const args = [
  '--experimental-vm-modules',
  '--no-warnings',
  jest,
  '--maxWorkers=2',
  '--json',
  `--outputFile=${outputFile}`,
  ...patterns,
];
// `--json` also prints the whole result to stdout, which nobody reads; the progress is on stderr.
const ok = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
try {
  const result = JSON.parse(readFileSync(outputFile, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (!ok && failed === 0) failed = 1;
} catch {
  process.stdout.write('the test runner left no result\n');
  failed += 1;
}
rmSync(folder, { recursive: true, force: true });

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
