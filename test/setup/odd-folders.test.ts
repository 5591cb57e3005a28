import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { DefaultLogger } from '@temporalio/worker';
import { defineApp } from '../../src/agents/define-app.ts';
import { startEmbeddedServer } from '../../src/dev/start-embedded-server.ts';
import { ensureTemporalCli } from '../../src/temporal-cli/ensure-temporal-cli.ts';
import { quietRuntime } from '../../src/runtime/ensure-runtime.ts';
import { bundleWorkflows } from '../../src/workflow-bundle/bundle-workflows.ts';
import { faultTest } from '../support/fault-test.ts';

const root = mkdtempSync(join(tmpdir(), 'baton-odd-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function thriceStarted(dataDir: string, cliPath: string) {
  const start = () => startEmbeddedServer({ dataDir, cliPath, usualPorts: false });
  const first = await start();
  const again = await start();
  await first.stop();
  const second = await start();
  await second.stop();
  return { isThere: existsSync(join(dataDir, 'temporal.db')), isAdopted: again.pid === first.pid };
}

faultTest(
  'the embedded server keeps its database in the data folder whatever that is called, is adopted there and starts again',
  {
    kind: 23,
    before: 'In folders named C#, p%41q and a?b=c the server did not start again, or not at all.',
    timeoutMs: 60_000,
  },
  async () => {
    const cliPath = await ensureTemporalCli({ say: () => undefined });
    const folders = ['C#', 'p%41q', 'a?b=c', "it's ü 日"].map((name) => join(root, name));
    const seen = await Promise.all(
      folders.map((dataDir) => thriceStarted(dataDir, cliPath).catch((error: unknown) => String(error))),
    );
    expect(seen).toEqual(folders.map(() => ({ isThere: true, isAdopted: true })));
    return `In ${seen.length} such folders the database is where it belongs, through three starts.`;
  },
);

faultTest(
  'workflows in a folder with an exclamation mark are refused with the cause',
  { kind: 23, before: 'The bundler said "Can\'t resolve" of half the path, and nothing of the exclamation mark.' },
  async () => {
    quietRuntime();
    const folder = join(root, 'x!y');
    mkdirSync(folder);
    writeFileSync(join(folder, 'workflows.ts'), 'export const nothing = 1;\n');
    const workflows = pathToFileURL(join(folder, 'workflows.ts'));
    const bundling = bundleWorkflows({ app: { workflows }, dataConverter: {}, logger: new DefaultLogger('ERROR') });
    const message = await bundling.then(
      () => 'bundled',
      (error: unknown) => String(error),
    );
    expect(message).toContain('the bundler takes no "!" in a path; rename the folder');
    return 'The refusal names the path, the exclamation mark and the remedy.';
  },
);

test("an app's workflows are a file: URL, and anything else says so", () => {
  for (const workflows of ['./workflows.ts', '/tmp/workflows.ts', new URL('https://a.example/w.ts')]) {
    expect(() => defineApp({ agents: [], workflows: workflows as URL })).toThrow(
      'app: workflows must be the file: URL of a module',
    );
  }
});
