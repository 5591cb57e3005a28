import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import type { App } from '../agents/define-app.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { explainBundling } from './explain-bundling.ts';
import { keepBundle, readKeptBundle } from './kept-bundle.ts';
import { WORKFLOWS_PATH } from './shipped-workflows.ts';
import { trackInputs, type Inputs } from './track-inputs.ts';
import { withWorkflowEntry } from './workflow-entry.ts';

type Options = {
  app: Pick<App, 'workflows' | 'redact'>;
  /** Of the worker: its own converters are part of the bundle, since workflows convert what they return and throw. */
  dataConverter: Pick<DataConverter, 'payloadConverterPath' | 'failureConverterPath'>;
  logger: Logger;
  /** Modules of interceptors. @default none */
  interceptors?: string[];
};

/** What makes the bundle, by version: another one makes another bundle of the same files. */
function bundlers(): unknown[] {
  const require = createRequire(createRequire(import.meta.url).resolve('@temporalio/worker'));
  const names = ['@temporalio/worker', 'webpack', 'swc-loader', '@swc/core', 'source-map-loader'];
  return names.map((name) => (require(`${name}/package.json`) as { version: string }).version);
}

/** Settings of the TypeScript compiler that it takes from the working folder. */
function compilerSettings(): string {
  try {
    return readFileSync('.swcrc', 'utf8');
  } catch {
    return '';
  }
}

/**
 * The workflows of a worker, bundled apart from it: that takes seconds, in which its server may start. A bundle is kept
 * in the cache folder and serves again for as long as every file that went into it is the same.
 */
export async function bundleWorkflows({
  app,
  dataConverter: { payloadConverterPath, failureConverterPath },
  logger,
  interceptors = [],
}: Options): Promise<{ code: string }> {
  const rules = app.redact ?? [];
  const converters = [payloadConverterPath ?? null, failureConverterPath ?? null];
  const made = [app.workflows?.href, rules.map(String), interceptors, converters, bundlers(), compilerSettings()];
  const key = JSON.stringify([WORKFLOWS_PATH, ...made]);
  const kept = readKeptBundle(key);
  if (kept !== undefined) return { code: kept };
  for (const path of [WORKFLOWS_PATH, app.workflows && fileURLToPath(app.workflows)]) {
    // Webpack takes what stands before an exclamation mark for the name of a loader.
    if (path?.includes('!')) {
      const message = `workflows cannot be bundled from ${path}: the bundler takes no "!" in a path; rename the folder`;
      throw new BatonError('InvalidInput', message);
    }
  }
  const since = Date.now();
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  return withWorkflowEntry(
    { shipped: WORKFLOWS_PATH, own: app.workflows, rules },
    async ({ workflowsPath, bundlerOptions }) => {
      let inputs: Inputs = { read: [], missed: [] };
      const { hook, explain } = explainBundling();
      const tracked = trackInputs((found) => (inputs = found), { after: bundlerOptions?.webpackConfigHook });
      const webpackConfigHook = hook(tracked);
      const workflowInterceptorModules = interceptors;
      const { code } = await bundleWorkflowCode({
        workflowsPath,
        webpackConfigHook,
        workflowInterceptorModules,
        payloadConverterPath,
        failureConverterPath,
        logger,
      }).catch(explain);
      keepBundle(key, code, inputs, {
        except: workflowsPath === WORKFLOWS_PATH ? undefined : dirname(workflowsPath),
        since,
      });
      return { code };
    },
  );
}
