// Starts the one Temporal server that all test files share, and bundles the workflows once.
import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { cacheDir } from '../../src/temporal-cli/cache-dir.ts';
import { startTestServer } from '../../src/testing/start-test-server.ts';
import { bundleWorkflows } from '../../src/workflow-bundle/bundle-workflows.ts';

export default async function globalSetup() {
  // Temporal's SDK and the sources are compiled anew by each of the processes that tests start, else.
  process.env.NODE_COMPILE_CACHE ??= join(cacheDir(), 'compiled');
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger, shutdownSignals: [] });
  const dataDir = mkdtempSync(join(tmpdir(), 'baton-jest-'));
  const workflows = new URL('./workflows.ts', import.meta.url);
  const [server, { code }] = await Promise.all([
    startTestServer({ dataDir }),
    bundleWorkflows({ app: { workflows }, dataConverter: {}, logger }),
  ]);
  const bundle = join(dataDir, 'workflows.js');
  await writeFile(bundle, code);
  process.env.BATON_TEST_ADDRESS = server.address;
  process.env.BATON_TEST_UI = server.uiUrl;
  process.env.BATON_TEST_BUNDLE = bundle;
  globalThis.batonTest = { server, dataDir };
}
