import { isBuiltin } from 'node:module';
import { relative } from 'node:path';
import type { BundleOptions } from '@temporalio/worker';
import { BatonError } from '../contracts/baton-error.ts';

type WebpackHook = NonNullable<BundleOptions['webpackConfigHook']>;
type Compiler = Parameters<
  Extract<NonNullable<ReturnType<WebpackHook>['plugins']>[number], (...args: never) => unknown>
>[0];
type Stats = Parameters<Parameters<Compiler['hooks']['done']['tap']>[1]>[0];
type Module = Stats['compilation']['modules'] extends Set<infer Each> ? Each : never;

/** Most files of a chain of imports that are named. */
const MAX_CHAIN = 8;

/** Longest message of the bundler that is repeated, in characters. */
const MAX_MESSAGE = 600;

const REMEDY =
  'workflow code is replayed in a sandbox without input or output: import only types from there (`import type`), and do ' +
  'the work in an agent';

/** A file as its owner calls it: from the working folder, where it lies in that. */
function nameOf(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

const pathOf = (module: Module | null | undefined) => (module as { resource?: string } | null | undefined)?.resource;

/** The files by which a module was imported, the project's own file first. */
function chainTo({ compilation: { moduleGraph } }: Stats, module: Module): string[] {
  const chain: string[] = [];
  let importer = moduleGraph.getIssuer(module);
  while (importer && chain.length < MAX_CHAIN) {
    const path = pathOf(importer);
    // The entry above the project's own module is written for the bundler.
    if (path !== undefined && !path.includes('baton-workflows-')) chain.unshift(nameOf(path));
    importer = moduleGraph.getIssuer(importer);
  }
  return chain;
}

/** What workflow code must not load was left out by the bundler; undefined where that is not the fault. */
function ofForbidden(stats: Stats): string | undefined {
  for (const module of stats.compilation.modules) {
    const [, name] = /^ignored\|.*\|(.+)$/.exec(module.identifier()) ?? [];
    if (name === undefined || !isBuiltin(name)) continue;
    const chain = chainTo(stats, module);
    if (chain.length > 0) return `${chain.join(' imports ')} imports ${name}: ${REMEDY}`;
  }
  return undefined;
}

function ofError(stats: Stats): string | undefined {
  const [error] = stats.compilation.errors;
  if (!error) return undefined;
  const { module, loc, message } = error as typeof error & { module?: Module; loc?: { start?: { line: number } } };
  const path = pathOf(module);
  const line = loc?.start?.line;
  const where = path === undefined ? '' : `${nameOf(path)}${line === undefined ? '' : `:${line}`}: `;
  const [builtin] = /\bnode:[\w/]+/.exec(message) ?? [];
  if (module && builtin !== undefined) {
    return `${chainTo(stats, module).join(' imports ')} imports ${builtin}: ${REMEDY}`;
  }
  const plain = message.replaceAll(/\u001B\[[\d;]*m/g, '').trim();
  const [said = plain] = plain.split(/\n+Caused by:/, 1);
  return `${where}${said.slice(0, MAX_MESSAGE)}`;
}

/** What went wrong in a bundling, in the words of whoever wrote the workflows. */
export function explainBundling() {
  let stats: Stats | undefined;
  const hook =
    (after: WebpackHook): WebpackHook =>
    (given) => {
      const config = after(given);
      const plugin = (compiler: Compiler) => compiler.hooks.done.tap('baton', (done) => void (stats = done));
      return { ...config, plugins: [...(config.plugins ?? []), plugin] };
    };

  /** @throws BatonError `InvalidInput` with file and line of the first error, or the error itself where none is known */
  function explain(thrown: unknown): never {
    const fault = stats && (ofForbidden(stats) ?? ofError(stats));
    if (fault === undefined) throw thrown;
    throw new BatonError('InvalidInput', `the workflows cannot be bundled: ${fault}`, { cause: thrown });
  }

  return { hook, explain };
}
