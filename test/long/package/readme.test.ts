import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createConsumer } from '../../package/consumer.ts';
import { everyDoor, READY, TARBALL } from '../../package/packed.ts';
import { readmeFiles, type ReadmeFile } from '../../package/readme-files.ts';
import { promised, readerOf } from '../../package/starter.ts';

/** Building, and installing 300 packages twice, on a busy machine. */
const INSTALL_LIMIT_MS = 600_000;

const { root, checkout, run, up, remove } = createConsumer();
const project = join(root, 'my-agents');
const { apply, addReplayTest } = readerOf(project);
const npm = (...args: string[]) => run('npm', args, project);
const npx = (...args: string[]) => run('npx', args, project);
const dev = () => up('npm', ['run', 'dev'], { cwd: project, ready: READY });

/** As the README says: npm brings the newest of every package that the ranges allow, into an empty folder. */
beforeAll(async () => {
  await run('npm', ['pack', '--pack-destination', root], checkout);
  await run('npx', ['--yes', '--package', `./${TARBALL}`, 'baton', 'init', 'my-agents']);
  await npm('install');
}, INSTALL_LIMIT_MS);
afterAll(remove);

test('the types of every door hold where bundlers resolve them, in libraries too', async () => {
  // Left there for the starter's own check, by the resolution of Node.
  writeFileSync(join(project, 'doors.ts'), everyDoor(checkout));
  const bundler = ['--skipLibCheck', 'false', '--module', 'esnext', '--moduleResolution', 'bundler'];
  const said = await npx('tsc', ...bundler, '--pretty', 'false').catch((error: Error) => error.message);
  const errors = said.split('\n').filter((line) => /(^|: )error TS/.test(line));
  // The types of Temporal's SDK import a package whose types they do not find.
  expect(errors.filter((line) => !/node_modules\/@temporalio\/.*module 'ms'/.test(line))).toEqual([]);
}, 180_000);

test('the ten minutes of the README pass as it says', async () => {
  {
    await using _dev = await dev();
    expect((await npm('start')).replaceAll(/ +$/gm, '')).toContain(promised.feed);
    expect(await npx('baton', 'runs')).toMatch(/local +answer +completed/);
    const [{ run_id } = { run_id: '' }] = JSON.parse(await npx('baton', 'runs', '--json')) as { run_id: string }[];
    addReplayTest();
    await npx('baton', ...promised.exportOf(run_id));
  }
  const replays = () => run('node', ['--test', 'test/replay.test.ts'], project);
  await replays();
  for (const file of readmeFiles().slice(0, -1)) apply(file);
  {
    await using _dev = await dev();
    expect((await npm('start')).trim().endsWith(promised.ending)).toBe(true);
    await expect(npx('baton', 'replay', 'app.ts')).rejects.toThrow(/DIVERGES +answer/);
  }
  await expect(replays()).rejects.toThrow(/DIVERGES +answer\.json/);
  // What follows is about the starter as it was made.
  rmSync(join(project, 'test/replay.test.ts'));
  await expect(npm('test')).rejects.toThrow(/signer completed/);
  apply(readmeFiles().at(-1) as ReadmeFile);
  await npm('test');
}, 600_000);
