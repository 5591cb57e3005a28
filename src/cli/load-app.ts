import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineApp, type App } from '../agents/define-app.ts';
import { loadConfig, type Config } from '../config.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { createFileSeal } from '../payload/sealed-file.ts';

/**
 * Loads the app that a module exports as its default; without a module, Baton's own agents.
 *
 * @throws BatonError naming the module and what is wrong with it
 */
export async function loadApp(module?: string, config?: Config): Promise<App> {
  if (module === undefined) {
    const { costApp } = await import('../agents/cost-app.ts');
    const { dataDir, payloads } = config ?? loadConfig();
    return costApp({ dataDir, open: createFileSeal(payloads.keys).opened });
  }
  const path = resolve(module);
  const loaded = (await import(pathToFileURL(path).href).catch((cause: unknown) => {
    throw new BatonError('InvalidInput', `module ${path} cannot be loaded`, { cause });
  })) as { default?: Partial<App> };
  if (typeof loaded.default?.manifest === 'function') return loaded.default as App;
  throw new BatonError('InvalidInput', `module ${path}: its default export must be what defineApp returns`);
}

/**
 * One app of all modules: a queue's workers must all know the same agents, or a task meets one that does not, and its
 * gateway what they can do.
 *
 * @throws BatonError naming the module and what is wrong with it
 */
export async function loadApps(modules: string[], config: Config): Promise<App> {
  if (modules.length < 2) return loadApp(modules[0], config);
  const apps = await Promise.all(modules.map((module) => loadApp(module)));
  const [workflows, ...more] = apps.flatMap((app) => app.workflows ?? []);
  if (more.length > 0) {
    throw new BatonError(
      'InvalidInput',
      'two of the modules have workflows of their own: run one for each, on queues of their own',
    );
  }
  return defineApp({
    agents: apps.flatMap(({ agents }) => agents),
    plans: apps.flatMap(({ plans }) => plans),
    workflows,
    redact: apps.flatMap(({ redact = [] }) => redact),
  });
}
