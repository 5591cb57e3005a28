import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';

type WorkflowEntry = Pick<WorkerOptions, 'bundlerOptions'> & { workflowsPath: string };

/** In the checkout own workflows that import this package by its name get its sources; installed there is dist/ alone. */
const FROM_SOURCE = extname(import.meta.url) === '.ts';

/** Folder that holds the packages which workflows import. */
function packagesFolder(): string {
  const path = createRequire(import.meta.url).resolve('@temporalio/workflow');
  return path.slice(0, path.lastIndexOf('@temporalio') - 1);
}

/**
 * Gives `use` the options that bundle the app's own workflows beside those that ship with Baton. The bundler takes one
 * entry, so one is written to a folder of its own; it is gone once `use` has ended, when the bundle is in memory.
 */
export async function withWorkflowEntry<Result>(
  { shipped, own }: { shipped: string; own: URL | undefined },
  use: (entry: WorkflowEntry) => Promise<Result>,
): Promise<Result> {
  if (!own) return use({ workflowsPath: shipped });
  const folder = mkdtempSync(join(tmpdir(), 'baton-workflows-'));
  try {
    const workflowsPath = join(folder, 'index.ts');
    const modules = [shipped, fileURLToPath(own)];
    writeFileSync(workflowsPath, modules.map((path) => `export * from ${JSON.stringify(path)};\n`).join(''));
    const bundlerOptions: WorkflowEntry['bundlerOptions'] = {
      // The entry lies outside of any package, from where no import of a package would be found.
      webpackConfigHook: (config) => ({
        ...config,
        resolve: {
          ...config.resolve,
          modules: [...(config.resolve?.modules ?? ['node_modules']), packagesFolder()],
          ...(FROM_SOURCE && { conditionNames: ['baton-source', '...'] }),
        },
      }),
    };
    return await use({ workflowsPath, bundlerOptions });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
