import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** Command lines of all processes. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
      } catch {
        return [];
      }
    });
}

test('under the test runner of Node, without a server given, all that is left is the result', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-node-test-'));
  const { BATON_TEST_ADDRESS: _shared, NODE_OPTIONS: _options, ...environment } = process.env;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--conditions=baton-source',
      '--no-warnings',
      '--test',
      'test/support/node-test.mjs',
      'examples/own-workflow/app.test.ts',
    ],
    { cwd: PROJECT, encoding: 'utf8', env: { ...environment, TMPDIR: folder } },
  );
  expect({ status, stderr, failed: /^\W*fail (\d+)$/m.exec(stdout)?.[1] }).toEqual({
    status: 0,
    stderr: '',
    failed: '0',
  });
  expect(readdirSync(folder).filter((name) => name.startsWith('baton-'))).toEqual([]);
  if (process.platform === 'linux') expect(processes().filter((line) => line.includes(folder))).toEqual([]);
  rmSync(folder, { recursive: true });
});
