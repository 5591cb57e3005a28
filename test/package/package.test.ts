import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createConsumer } from './consumer.ts';
import { readmeFiles, type ReadmeFile } from './readme-files.ts';

/** Building, and installing 300 packages, on a busy machine. */
const INSTALL_LIMIT_MS = 400_000;
const MAX_TARBALL_BYTES = 1_000_000;
const TARBALL = 'baton-agents-0.0.1.tgz';

const { root, checkout, run, up, remove } = createConsumer();
const project = join(root, 'my-agents');
const inProject = (path: string) => readFileSync(join(project, path), 'utf8');
const npm = (...args: string[]) => run('npm', args, project);
const packageJson = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
const doors = Object.keys(packageJson(checkout).exports ?? {})
  .filter((path) => !path.endsWith('.json'))
  .map((path) => path.replace('.', 'baton-agents'));

/**
 * Into an empty project, within which the starter is then made: what the starter installs is what is installed there
 * already, and installing it takes longest of all.
 */
beforeAll(async () => {
  await run('npm', ['pack', '--pack-destination', root], checkout);
  const { devDependencies } = packageJson(checkout);
  const tools = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies?.[name]}`);
  writeFileSync(join(root, 'package.json'), '{}');
  await run('npm', ['install', `./${TARBALL}`, ...tools]);
  await run('npx', ['baton', 'init', 'my-agents']);
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
  for (const [name, text] of shown) expect({ name, text: inProject(name) }).toEqual({ name, text });
});

test('the starter project names a copy of this very package, and what else it needs can be had', async () => {
  expect(packageJson(project).dependencies).toMatchObject({ 'baton-agents': `file:${TARBALL}` });
  const list = (folder: string) => run('tar', ['-tzf', join(folder, TARBALL)]);
  expect(await list(project)).toBe(await list(root));
  await npm('install', '--package-lock-only');
});

test('the types of every door hold where bundlers resolve them, in libraries too', async () => {
  const imports = doors.map((door, n) => `import * as door${n} from '${door}';\nexport { door${n} };\n`);
  // Left there for the starter's own check, by the resolution of Node.
  writeFileSync(join(project, 'doors.ts'), imports.join(''));
  const options = [
    '--skipLibCheck',
    'false',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    '--pretty',
    'false',
  ];
  const said = await run('npx', ['tsc', ...options], project).catch((error: Error) => error.message);
  const errors = said.split('\n').filter((line) => /(^|: )error TS/.test(line));
  // The types of Temporal's SDK import a package whose types they do not find.
  expect(errors.filter((line) => !/node_modules\/@temporalio\/.*module 'ms'/.test(line))).toEqual([]);
}, 180_000);

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
    const loaded = (await run('node', ['loaded.mjs', door], project)).trim().split('\n');
    expect(loaded.length).toBeGreaterThan(2);
    expect(loaded.filter((path) => path.search(refused) === 0)).toEqual([]);
  }
});

function apply({ name, text, insteadOfLast }: ReadmeFile): void {
  const kept = insteadOfLast ? inProject(name).trimEnd().split('\n').slice(0, -insteadOfLast) : [];
  writeFileSync(join(project, name), [...kept, text].join('\n'));
}

/** Exports the run and puts the README's replay test beside the starter's own. */
async function keepsRun(readme: string): Promise<void> {
  const [, command = ''] = /^npx baton (history export RUN .*)$/m.exec(readme) ?? [];
  const [{ run_id } = { run_id: '' }] = JSON.parse(await npm('exec', '--', 'baton', 'runs', '--json')) as {
    run_id: string;
  }[];
  mkdirSync(join(project, 'test/histories'));
  await npm('exec', '--', 'baton', ...command.replace('RUN', run_id).split(' '));
  const [, test = ''] = /^```ts\n(\/\/ test\/replay\.test\.ts\n[^]*?)^```$/m.exec(readme) ?? [];
  writeFileSync(join(project, 'test/replay.test.ts'), test);
  await replays();
}

/** By itself, since `npm test` would also tell of the app's test. */
const replays = () => run('node', ['--test', 'test/replay.test.ts'], project);

test('the app runs as the README says, and so does the agent that it tells the reader to add', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const ready = /running; Ctrl-C stops everything/;
  {
    await using _dev = await up('npm', ['run', 'dev'], { cwd: project, ready });
    const shown = /```\n(run_started\n[^]*?)```/.exec(readme)?.[1];
    expect((await npm('start')).replaceAll(/ +$/gm, '')).toContain(shown);
    expect(await npm('exec', 'baton', 'runs')).toMatch(/local +answer +completed/);
    await keepsRun(readme);
  }
  for (const file of readmeFiles().slice(0, -1)) apply(file);
  await using _dev = await up('npm', ['run', 'dev'], { cwd: project, ready });
  const [, promised = ''] = /`npm start` now ends with `(.*)`/.exec(readme) ?? [];
  expect((await npm('start')).trim().endsWith(promised)).toBe(true);
  await expect(npm('exec', 'baton', 'replay', 'app.ts')).rejects.toThrow(/DIVERGES +answer/);
  await expect(replays()).rejects.toThrow(/DIVERGES +answer\.json/);
  // What follows is about the starter as it was made.
  rmSync(join(project, 'test/replay.test.ts'));
}, 240_000);

test("the starter's own test runs it on a real server, and tells what the added agent changed until it is told", async () => {
  await expect(npm('test')).rejects.toThrow(/signer completed/);
  apply(readmeFiles().at(-1) as ReadmeFile);
  await npm('test');
}, 240_000);
