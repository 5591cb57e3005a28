import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { checkTemporal } from '../../src/cli/doctor/check-temporal.ts';
import { connectionSettings } from '../../src/client/connection-settings.ts';
import { openPlainConnection } from '../../src/client/open-connection.ts';
import { startScriptedTemporal } from '../support/scripted-temporal.ts';
import { shared } from '../support/test-run.ts';
import { runBaton } from './run-baton.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'baton-bad-cli-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const noToml = join(dataDir, 'temporal.toml');
writeFileSync(noToml, '[profile.default');

/** One that looks, and the two that stay up. */
const COMMANDS = [['runs'], ['worker'], ['gateway']];

test.each<[string, Record<string, string>, RegExp]>([
  ['a namespace', { TEMPORAL_NAMESPACE: 'nope' }, /no namespace "nope"; correct TEMPORAL_NAMESPACE/],
  [
    'a config file',
    { TEMPORAL_CONFIG_FILE: noToml },
    /config file .*temporal\.toml \(TEMPORAL_CONFIG_FILE\) cannot be read/,
  ],
])('%s that is wrong ends every command with one error and no stack', async (_name, more, expected) => {
  const env = { TEMPORAL_ADDRESS: shared().address, BATON_HTTP_PORT: '0', BATON_LOG: 'sqlite:', ...more };
  const ended = await Promise.all(COMMANDS.map((args) => runBaton(args, { dataDir, env })));
  for (const [index, { code, stderr }] of ended.entries()) {
    expect({ command: COMMANDS[index], code, stderr }).toEqual({
      command: COMMANDS[index],
      code: 1,
      stderr: expect.stringMatching(expected),
    });
    expect(stderr).toMatch(/^baton: /m);
    expect(stderr).not.toMatch(/^ {4}at /m);
  }
});

test('doctor tells a namespace that does not exist, and goes on with the rest', async () => {
  const env = { TEMPORAL_ADDRESS: shared().address, TEMPORAL_NAMESPACE: 'nope' };
  const { code, stdout } = await runBaton(['doctor', '--json'], { dataDir, env });
  expect(code).toBe(1);
  const checks = JSON.parse(stdout) as { name: string; state: string; found: string }[];
  const by = Object.fromEntries(checks.map(({ name, state, found }) => [name, { state, found }]));
  expect(by['temporal server']).toMatchObject({ state: 'ok' });
  expect(by.namespace).toMatchObject({ state: 'bad', found: expect.stringContaining('no namespace "nope"') });
});

test.each([
  ['has', true, undefined],
  ['lacks', false, { code: 5, details: 'Namespace nope is not found.' }],
])('doctor asks once whether a server %s the namespace', async (_name, hasNamespace, status) => {
  const server = await startScriptedTemporal({ status });
  const connection = await openPlainConnection(connectionSettings({ address: server.address, dataDir }));
  try {
    const options = { connection, namespace: 'nope', address: server.address, retentionDays: 30, fix: false };
    expect(await checkTemporal(options)).toMatchObject({ hasNamespace });
    expect(server.calls.filter(({ method }) => method === 'DescribeNamespace')).toHaveLength(1);
  } finally {
    await connection.close();
    await server.stop();
  }
});
