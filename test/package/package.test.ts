import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createConsumer } from './consumer.ts';
import { layDependencies } from './lay-dependencies.ts';
import { doors, everyDoor, packageJson, READY, TARBALL } from './packed.ts';
import { readmeFiles, type ReadmeFile } from './readme-files.ts';
import { promised, readerOf } from './starter.ts';

/** Building, packing and copying 300 packages, on a busy machine. That npm brings them itself is test/long/package. */
const INSTALL_LIMIT_MS = 400_000;
const MAX_TARBALL_BYTES = 1_000_000;

const { root, checkout, run, up, remove } = createConsumer();
const project = join(root, 'my-agents');
const { read, apply, addReplayTest } = readerOf(project);
const npm = (...args: string[]) => run('npm', args, project);
/** As `npx baton`, without npm's own second. */
const baton = (...args: string[]) => run(join('node_modules', '.bin', 'baton'), args, project);

beforeAll(async () => {
  await run('npm', ['pack', '--pack-destination', root], checkout);
  await run('tar', ['-xzf', TARBALL]);
  layDependencies({ checkout, to: root, tools: ['typescript', '@types/node'] });
  await run('node', ['package/bin/baton.mjs', 'init', 'my-agents']);
  renameSync(join(root, 'node_modules'), join(project, 'node_modules'));
  await npm('install');
}, INSTALL_LIMIT_MS);
afterAll(remove);

test('the tarball holds what runs and its licences, nothing of sources and tests, and is small', async () => {
  const tarball = join(root, TARBALL);
  const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
  const tops = new Set(files.map((path) => path.split('/')[1]));
  expect([...tops].sort()).toEqual([
    'LICENSE',
    'README.md',
    'bin',
    'dist',
    'examples',
    'package.json',
    'templates',
    'web',
  ]);
  expect(files).toContain('package/examples/data/README.md');
  expect(files.filter((path) => /package\/dist\/.*(?<!\.d)\.ts$/.test(path))).toEqual([]);
  expect(statSync(tarball).size).toBeLessThan(MAX_TARBALL_BYTES);
});

test('the starter project is what the README shows, to the letter', () => {
  const shown = new Map(
    readmeFiles()
      .map(({ name, text }) => [name, text])
      .reverse() as [string, string][],
  );
  expect([...shown.keys()].sort()).toEqual(['app.ts', 'start.ts', 'test/app.test.ts', 'workflows.ts']);
  for (const [name, text] of shown) expect({ name, text: read(name) }).toEqual({ name, text });
});

test('the starter project names a copy of this very package, from which npm has installed it', async () => {
  expect(packageJson(project).dependencies).toMatchObject({ 'baton-agents': `file:${TARBALL}` });
  const list = (folder: string) => run('tar', ['-tzf', join(folder, TARBALL)]);
  expect(await list(project)).toBe(await list(root));
  const { packages } = JSON.parse(read('node_modules/.package-lock.json')) as { packages: Record<string, unknown> };
  expect(packages['node_modules/baton-agents']).toMatchObject({ resolved: `file:${TARBALL}` });
});

test('no door loads what is not its own', async () => {
  const never: Record<string, RegExp> = {
    'baton-agents': /@temporalio|@duckdb|fastify|ioredis|webpack/,
    'baton-agents/client': /@temporalio\/(worker|workflow|core-bridge|testing)|@duckdb|fastify|webpack/,
    'baton-agents/feed': /(?!baton-agents\/)\S/,
    'baton-agents/workflow': /zod|@duckdb|@temporalio\/(worker|client|activity|core-bridge)/,
  };
  writeFileSync(
    join(project, 'loaded.mjs'),
    `import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({
  load(url, context, next) {
    const [, path] = /.*node_modules\\/(.*)/.exec(url) ?? [];
    if (path) seen.add(path);
    return next(url, context);
  },
});
await import(process.argv[2]);
console.log([...seen].join('\\n'));`,
  );
  for (const [door, refused] of Object.entries(never)) {
    expect(doors(checkout)).toContain(door);
    const loaded = (await run('node', ['loaded.mjs', door], project)).trim().split('\n');
    expect(loaded.length).toBeGreaterThan(2);
    expect(loaded.filter((path) => path.search(refused) === 0)).toEqual([]);
  }
});

/** A test of the project by itself, on the server of this test run. */
const testOnSharedServer = (name: string) => {
  const { BATON_TEST_ADDRESS } = process.env;
  return run('node', [name], project, { BATON_TEST_ADDRESS });
};

test('the app runs as the README says, and a run of it that was kept tells what the added agent changes', async () => {
  {
    await using _dev = await up('npm', ['run', 'dev'], { cwd: project, ready: READY });
    expect((await npm('start')).replaceAll(/ +$/gm, '')).toContain(promised.feed);
    const [, runId = ''] = /^([0-9a-f-]{36}) .*local +answer +completed/m.exec(await baton('runs')) ?? [];
    addReplayTest();
    await baton(...promised.exportOf(runId));
    // Each role ends with npm: the signal must reach it, or it would hold the pipe open for ever.
    await Promise.all(
      Object.entries({ worker: /agents at once/, gateway: /^Temporal +127/m }).map(async ([role, ready]) => {
        await using process = await up('npm', ['run', role], { cwd: project, ready });
        await process.terminate();
      }),
    );
  }
  await testOnSharedServer('test/replay.test.ts');
  for (const file of readmeFiles().slice(0, -1)) apply(file);
  await expect(testOnSharedServer('test/replay.test.ts')).rejects.toThrow(/DIVERGES +answer\.json/);
  // What follows is about the starter as it was made.
  rmSync(join(project, 'test/replay.test.ts'));
}, 240_000);

test("the starter's own test tells what the added agent changed until it is told, and then runs it on a server of its own", async () => {
  await expect(testOnSharedServer('test/app.test.ts')).rejects.toThrow(/signer completed/);
  apply(readmeFiles().at(-1) as ReadmeFile);
  // Its check of types then covers all doors.
  writeFileSync(join(project, 'doors.ts'), everyDoor(checkout));
  await npm('test');
}, 240_000);
