import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';

/** Folder that holds the packages which workflows import. */
function packagesFolder(): string {
  const path = createRequire(import.meta.url).resolve('@temporalio/workflow');
  return path.slice(0, path.lastIndexOf('@temporalio') - 1);
}

/** Options that bundle the app's own workflows beside those that ship with Baton: the bundler takes one entry. */
export function workflowEntry(
  shipped: string,
  own: URL | undefined,
): Pick<WorkerOptions, 'bundlerOptions'> & { workflowsPath: string } {
  if (!own) return { workflowsPath: shipped };
  const workflowsPath = join(mkdtempSync(join(tmpdir(), 'baton-workflows-')), 'index.ts');
  const modules = [shipped, fileURLToPath(own)];
  writeFileSync(workflowsPath, modules.map((path) => `export * from ${JSON.stringify(path)};\n`).join(''));
  return {
    workflowsPath,
    bundlerOptions: {
      // The entry lies outside of any package, from where no import of a package would be found.
      webpackConfigHook: (config) => ({
        ...config,
        resolve: { ...config.resolve, modules: ['node_modules', packagesFolder()] },
      }),
    },
  };
}
