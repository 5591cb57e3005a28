import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { freePorts } from '../../chaos/processes/free-ports.ts';
import { faultTest } from '../support/fault-test.ts';
import { shared } from '../support/test-run.ts';
import { within } from '../support/within.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

const { address } = shared();

const STRAY = { NODE_OPTIONS: `--import ${new URL('../support/stray-errors.mjs', import.meta.url).href}` };

faultTest(
  'baton gateway and baton codec outlive what is thrown where nobody catches, and end at SIGTERM whatever their modules hold',
  {
    kind: 10,
    before:
      'A promise that failed unseen ended gateway and codec; a timer of an app kept the gateway up after SIGTERM.',
  },
  async () => {
    await using dir = await temporaryDir();
    const [httpPort, codecPort] = (await freePorts(2)).map(String);
    const env = { ...STRAY, TEMPORAL_ADDRESS: address, BATON_HTTP_PORT: httpPort };
    const options = { dataDir: dir.path, env };
    const gateway = spawnBaton(['gateway', 'test/support/rude-app.ts'], options);
    const codec = spawnBaton(['codec', '--port', codecPort ?? ''], options);
    const roles = [gateway, codec];
    const up = roles.map(({ until }) =>
      within(
        20_000,
        until(/(gateway|codec) {6,}http/).then(
          () => 'up',
          () => 'ended',
        ),
      ),
    );
    expect(await Promise.all(up)).toEqual(['up', 'up']);
    const said = roles.map(({ until }) =>
      within(
        10_000,
        until(/stray timer/).then(
          () => 'said',
          () => 'ended',
        ),
      ),
    );
    expect(await Promise.all(said)).toEqual(['said', 'said']);
    const [, url] = /gateway {6}(http\S+)/.exec(gateway.output.stderr) ?? [];
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    for (const { child } of roles) child.kill('SIGTERM');
    expect(await Promise.all(roles.map(({ closed }) => within(15_000, closed)))).toEqual([0, 0]);
    return 'Both report the errors with their stacks, serve on, and end with code 0 at SIGTERM.';
  },
);

test('a command whose output cannot be written fails, and one whose reader has enough does not', async () => {
  await using dir = await temporaryDir();
  const env = { ...process.env, BATON_DATA_DIR: dir.path };
  const inShell = (line: string) => spawnSync('bash', ['-c', `set -o pipefail; ${line}`], { env, encoding: 'utf8' });
  const command = `${process.execPath} bin/baton.mjs token --user ann`;
  const full = inShell(`${command} > /dev/full`);
  expect(full.status).toBe(1);
  expect(full.stderr).toMatch(/^baton: its output cannot be written: ENOSPC.*\n$/);
  expect(inShell(`${command} | true`)).toMatchObject({ status: 0, stderr: '' });
});

test('every command passes the one guard, and no other file handles what nobody caught', () => {
  const main = readFileSync('src/cli.ts', 'utf8');
  expect(main).toMatch(/function main\(argv: string\[\]\): Promise<void> \{\n {2}guardProcess\(\);/);
  const guards = globSync(['src/**/*.ts', 'bin/*']).filter((file) =>
    /'(unhandledRejection|uncaughtException)'/.test(readFileSync(file, 'utf8')),
  );
  // Whoever embeds a worker or a gateway gets no handler of their process's errors from the library. The process of an
  // isolated agent is its agent's alone, and the thread of workflow code has the SDK's.
  const own = ['src/isolate/child-main.ts', 'src/runtime/workflow-thread.ts'];
  expect(guards.toSorted()).toEqual(['src/cli/guard-process.ts', ...own]);
});
