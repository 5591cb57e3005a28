import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkerOptions } from '@temporalio/worker';
import { BatonError } from '../contracts/baton-error.ts';
import type { RedactionRule } from '../contracts/redact.ts';
import { cacheDir } from '../temporal-cli/cache-dir.ts';

type WorkflowEntry = Pick<WorkerOptions, 'bundlerOptions'> & { workflowsPath: string };

/** In the checkout own workflows that import this package by its name get its sources; installed there is dist/ alone. */
const FROM_SOURCE = extname(import.meta.url) === '.ts';

/** Folder that holds the packages which workflows import. */
function packagesFolder(): string {
  const path = createRequire(import.meta.url).resolve('@temporalio/workflow');
  return path.slice(0, path.lastIndexOf('@temporalio') - 1);
}

/** What a run says of itself in Temporal obeys the app's own rules too. */
function linesOf(rules: readonly RedactionRule[]): string[] {
  if (rules.length === 0) return [];
  const path = fileURLToPath(new URL(`../contracts/redact${extname(import.meta.url)}`, import.meta.url));
  const literals = rules.map((rule) => (typeof rule === 'string' ? JSON.stringify(rule) : String(rule)));
  return [`import { addRedactionRules } from ${JSON.stringify(path)};`, `addRedactionRules([${literals.join(', ')}]);`];
}

/**
 * Names a folder for the compiler, which unpacks itself into the user's cache or, without a home, into the temporary folder,
 * and fails in words about its "native binding" where it has neither.
 */
function placeCompiler(): void {
  try {
    accessSync(tmpdir(), constants.W_OK);
  } catch {
    process.env.SWC_NATIVE_BINDING_CACHE ||= join(cacheDir(), 'swc');
  }
}

/** A folder of its own in the temporary one, or in the cache where that may not be written to. */
function entryFolder(): string {
  const name = 'baton-workflows-';
  try {
    return mkdtempSync(join(tmpdir(), name));
  } catch (cause) {
    try {
      mkdirSync(cacheDir(), { recursive: true });
      return mkdtempSync(join(cacheDir(), name));
    } catch {
      const message = `temporary folder ${tmpdir()} cannot be written to: ${(cause as Error).message}; set TMPDIR to one that can`;
      throw new BatonError('InvalidInput', message, { code: 'bad_setting', cause });
    }
  }
}

/**
 * Gives `use` the options that bundle the app's own workflows beside those that ship with Baton. The bundler takes one
 * entry, so one is written to a folder of its own; it is gone once `use` has ended, when the bundle is in memory.
 */
export async function withWorkflowEntry<Result>(
  { shipped, own, rules = [] }: { shipped: string; own: URL | undefined; rules?: readonly RedactionRule[] },
  use: (entry: WorkflowEntry) => Promise<Result>,
): Promise<Result> {
  placeCompiler();
  if (!own && rules.length === 0) return use({ workflowsPath: shipped });
  const folder = entryFolder();
  try {
    const workflowsPath = join(folder, 'index.ts');
    const modules = own ? [shipped, fileURLToPath(own)] : [shipped];
    const lines = modules.map((path) => `export * from ${JSON.stringify(path)};`);
    writeFileSync(workflowsPath, [...lines, ...linesOf(rules)].join('\n'));
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
