import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DefaultLogger } from '@temporalio/worker';
import { bundleWorkflows } from '../../src/workflow-bundle/bundle-workflows.ts';

// Inside the project, where imports of its packages are found.
const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), '.own-'));

/** As if it had been there for a while: what changes while it is being bundled is not kept. */
function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), 1, 1);
}

async function bundled() {
  let times = 0;
  const logger = new DefaultLogger('INFO', ({ message }) => (times += Number(message === 'Workflow bundle created')));
  const workflows = pathToFileURL(join(folder, 'flows.ts'));
  const { code } = await bundleWorkflows({ app: { workflows }, dataConverter: {}, logger });
  // Said by a flag: a difference would be printed with all of its two megabytes.
  return { times, code, from: (word: string) => code.includes(`hello from ${word}`) };
}

let first: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  process.env.BATON_CACHE_DIR = join(folder, 'cache');
  write('flows.ts', "export { greeting } from './words.js';\n");
  write('words.js', "export const greeting = async () => 'hello from js';\n");
  first = await bundled();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the second start takes the bundle of the first', async () => {
  expect({ times: first.times, js: first.from('js') }).toEqual({ times: 1, js: true });
  const second = await bundled();
  expect({ times: second.times, same: second.code === first.code }).toEqual({ times: 0, same: true });
});

test('a file that came to stand before another one is bundled in its place', async () => {
  write('words.ts', "export const greeting = async (): Promise<string> => 'hello from ts';\n");
  const next = await bundled();
  expect({ times: next.times, js: next.from('js'), ts: next.from('ts') }).toEqual({ times: 1, js: false, ts: true });
});
