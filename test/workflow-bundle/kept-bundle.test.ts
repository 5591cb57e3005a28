import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../../src/workflow-bundle/bundle-workflows.ts';

// Inside the project, where imports of its packages are found.
const HERE = fileURLToPath(new URL('.', import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(HERE, '.own-'));
  process.env.BATON_CACHE_DIR = join(folder, 'cache');
  write('flows.ts', "export { greeting } from './words.js';\n");
  write('words.js', "export const greeting = async () => 'hello from js';\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As if it had been there for a while: what changes while it is being bundled is not kept. */
function write(name: string, text: string): void {
  const path = join(folder, name);
  writeFileSync(path, text);
  utimesSync(path, 1, 1);
}

async function bundled() {
  let times = 0;
  const logger = new DefaultLogger('INFO', ({ message }) => (times += Number(message === 'Workflow bundle created')));
  const workflows = pathToFileURL(join(folder, 'flows.ts'));
  const { code } = await bundleWorkflows({ app: { workflows }, logger });
  return { times, code };
}

test('the second start takes the bundle of the first', async () => {
  const first = await bundled();
  expect(first.times).toBe(1);
  expect(first.code.includes('hello from js')).toBe(true);
  const second = await bundled();
  expect(second.times).toBe(0);
  // Said by a flag: a difference would be printed with all of its two megabytes.
  expect(second.code === first.code).toBe(true);
});

test('a file that changed is bundled anew', async () => {
  await bundled();
  write('words.js', "export const greeting = async () => 'hello again';\n");
  const second = await bundled();
  expect(second.times).toBe(1);
  expect(second.code.includes('hello again')).toBe(true);
});

test('a file that came to stand before another one is seen', async () => {
  await bundled();
  write('words.ts', "export const greeting = async (): Promise<string> => 'hello from ts';\n");
  expect((await bundled()).code.includes('hello from ts')).toBe(true);
});

test('a file that changed while it was bundled is not trusted', async () => {
  writeFileSync(join(folder, 'words.js'), "export const greeting = async () => 'hello';\n");
  const later = Date.now() / 1000 + 60;
  utimesSync(join(folder, 'words.js'), later, later);
  await bundled();
  expect((await bundled()).times).toBe(1);
});

test('a damaged bundle, and a folder that cannot be written to, cost no more than the time', async () => {
  await bundled();
  const [kept = ''] = readdirSync(join(folder, 'cache/workflows'));
  writeFileSync(join(folder, 'cache/workflows', kept), '{"code":"');
  expect((await bundled()).times).toBe(1);
  process.env.BATON_CACHE_DIR = '/dev/null/cache';
  expect((await bundled()).times).toBe(1);
});
