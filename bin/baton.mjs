#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
// A checkout runs from its sources, an installed package has dist/ alone.
const inCheckout = existsSync(new URL('../src/cli.ts', import.meta.url));
if (major < 22 || (major === 22 && minor < 18)) {
  const remedy = inCheckout ? '"npm run setup" brings one' : '"npm install --save-dev node@24" brings one to a project';
  process.stderr.write(`baton needs Node 22.18 or newer, this is ${process.versions.node}; ${remedy}\n`);
  process.exit(1);
}
const { enableCompileCache, registerHooks } = await import('node:module');
// What cacheDir() of a checkout gives: to load TypeScript before the cache is on takes a seventh of the whole start.
const ofCheckout = () => resolve(process.env.BATON_CACHE_DIR || fileURLToPath(new URL('../.cache', import.meta.url)));
const cacheDir = inCheckout ? ofCheckout : (await import('../dist/temporal-cli/cache-dir.js')).cacheDir;
// Most commands take longer to compile this package and Temporal's than to do their work. Child processes inherit it.
process.env.NODE_COMPILE_CACHE ??= join(cacheDir(), 'compiled');
enableCompileCache();
if (inCheckout) {
  // As if Node had been started with the flag, here and in the processes of isolated agents: modules of a user's app
  // in the checkout import this package by its name.
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, 'baton-source'] }),
  });
  process.execArgv.push('--conditions=baton-source');
  const { main, endProcess } = await import('../src/cli.ts');
  await main(process.argv);
  await endProcess();
} else {
  const { main, endProcess } = await import('../dist/cli.js');
  await main(process.argv);
  await endProcess();
}
