import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { callBaton } from './call-baton.ts';
import { runBaton, temporaryDir } from './run-baton.ts';

test('baton init leaves alone a folder that holds something, and a file', async () => {
  await using dir = await temporaryDir();
  const taken = join(dir.path, 'taken');
  mkdirSync(taken);
  writeFileSync(join(taken, 'thesis.txt'), '');
  const file = join(taken, 'thesis.txt');
  const [full, noFolder] = await Promise.all(
    [taken, file].map((path) => callBaton(['init', path], { dataDir: dir.path })),
  );
  expect([full?.code, noFolder?.code]).toEqual([1, 1]);
  expect(full?.stderr).toContain(`${taken} is not empty (thesis.txt): name a new folder, or move away what is in it`);
  expect(noFolder?.stderr).toContain(`${file} is a file: name a new or empty folder`);
  expect([readdirSync(dir.path), readdirSync(taken)]).toEqual([['taken'], ['thesis.txt']]);
});

test('baton init that cannot finish leaves nothing behind', async () => {
  await using dir = await temporaryDir();
  await using programs = await temporaryDir();
  symlinkSync(process.execPath, join(programs.path, 'node'));
  const options = { dataDir: dir.path, env: { PATH: programs.path } };
  const { code, stderr } = await runBaton(['init', join(dir.path, 'my-agents')], options);
  expect(code).toBe(1);
  expect(stderr).toContain('npm, which packs baton-agents for the new project, failed: npm is not installed');
  expect(readdirSync(dir.path)).toEqual([]);
});
