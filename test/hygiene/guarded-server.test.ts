import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { commandLineOf } from '../../src/dev/process-info.ts';
import { livingServer } from '../../src/dev/server-record.ts';
import { until } from '../support/until.ts';

const SCRIPT = `
import { startTestServer } from './src/testing/start-test-server.ts';
await startTestServer({ dataDir: process.argv[1] });
process.stdout.write('up');
setInterval(() => undefined, 1_000);
`;

test('tests that are killed leave neither their Temporal server nor its folder behind', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'baton-guard-'));
  const args = ['--no-warnings', '--input-type=module', '-e', SCRIPT, dataDir];
  const tests = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(tests.stdout, 'data');
  const server = livingServer(dataDir);
  tests.kill('SIGKILL');
  await until(
    async () => existsSync(dataDir),
    (there) => !there,
  );
  expect(server).toBeDefined();
  expect(commandLineOf(server?.pid ?? 0)).toBeUndefined();
});
