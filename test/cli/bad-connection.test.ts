import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { checkTemporal } from '../../src/cli/doctor/check-temporal.ts';
import { connectionSettings } from '../../src/client/connection-settings.ts';
import { openPlainConnection } from '../../src/client/open-connection.ts';
import { startScriptedTemporal } from '../support/scripted-temporal.ts';
import { shared } from '../support/test-run.ts';
import { callBaton } from './call-baton.ts';
import { runBaton } from './run-baton.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'baton-bad-cli-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const noToml = join(dataDir, 'temporal.toml');
writeFileSync(noToml, '[profile.default');

const LOOKS = [['runs']];
const STAY_UP = [['worker'], ['gateway']];

/** Whether a process has opened by then what could keep it from ending. */
type Opened = { opened: boolean };

test.each<[string, Record<string, string>, RegExp, Opened]>([
  ['a namespace', { TEMPORAL_NAMESPACE: 'nope' }, /no namespace "nope"; correct TEMPORAL_NAMESPACE/, { opened: true }],
  [
    'a config file',
    { TEMPORAL_CONFIG_FILE: noToml },
    /config file .*temporal\.toml \(TEMPORAL_CONFIG_FILE\) cannot be read/,
    { opened: false },
  ],
])('%s that is wrong ends every command with one error and no stack', async (_name, more, expected, { opened }) => {
  const env = { TEMPORAL_ADDRESS: shared().address, BATON_HTTP_PORT: '0', BATON_LOG: 'sqlite:', ...more };
  const run = async (args: string[], how: typeof callBaton | typeof runBaton) => ({
    args,
    ...(await how(args, { dataDir, env })),
  });
  const ended = await Promise.all([
    ...LOOKS.map((args) => run(args, callBaton)),
    ...STAY_UP.map((args) => run(args, opened ? runBaton : callBaton)),
  ]);
  for (const { args, code, stderr } of ended) {
    expect({ args, code, stderr }).toEqual({ args, code: 1, stderr: expect.stringMatching(expected) });
    expect(stderr).toMatch(/^baton: /m);
    expect(stderr).not.toMatch(/^ {4}at /m);
  }
});

test('doctor tells a namespace that does not exist, and goes on with the rest', async () => {
  const env = { TEMPORAL_ADDRESS: shared().address, TEMPORAL_NAMESPACE: 'nope' };
  const { code, stdout } = await callBaton(['doctor', '--json'], { dataDir, env });
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
