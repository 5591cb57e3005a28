import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleOptions, WorkflowBundle } from '@temporalio/worker';
import { bundleForReplay } from '../../src/replay/bundle-for-replay.ts';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const OWN = fileURLToPath(new URL('./own/workflows.ts', import.meta.url));

/** What is bundled, by its name in the copy: Baton's own workflows, the door of a project's, and such a project's. */
function originals(): [name: string, source: string][] {
  const workflows = readdirSync(join(SOURCES, 'workflows'));
  const shipped = workflows.map((name) => [name, join(SOURCES, 'workflows', name)] as const);
  const copied = [...shipped, ['workflow.ts', join(SOURCES, 'workflow.ts')], ['own.ts', OWN]] as const;
  return copied.map(([name, path]) => [name, readFileSync(path, 'utf8')]);
}

/** Imports from inside of the copy find its files, all others the project's. */
const relinked = (source: string) =>
  source
    .replaceAll("from '../../../src/workflow.ts'", "from './workflow.ts'")
    .replaceAll("from './workflows/", "from './")
    .replaceAll("from './contracts/", `from '${SOURCES}contracts/`)
    .replaceAll("from '../", `from '${SOURCES}`);

export type Mutation = {
  /** File of src/workflows that is changed, or `workflow.ts` of src. */
  file: string;
  /** Changes its text. */
  change: (source: string) => string;
};

/** What one bundling learns about a file serves the next, by the file's content; where a line came from is not asked. */
const remembering =
  (cacheDirectory: string): BundleOptions['webpackConfigHook'] =>
  (config) => ({
    ...config,
    devtool: 'inline-nosources-cheap-source-map',
    cache: { type: 'filesystem', cacheDirectory, compression: false },
    snapshot: { module: { hash: true } },
  });

/** A copy of the workflows for changes as a developer would make them, one at a time. Disposing of it removes it. */
export function mutationBench() {
  // Inside the project, so that the copy finds the same libraries.
  const folder = mkdtempSync(fileURLToPath(new URL('./.mutation-', import.meta.url)));
  const sources = new Map(originals());
  const write = (name: string, source: string) => writeFileSync(join(folder, name), relinked(source));
  for (const [name, source] of sources) write(name, source);
  appendFileSync(join(folder, 'index.ts'), "export * from './own.ts';\n");
  const webpackConfigHook = remembering(join(folder, '.cache'));

  /**
   * Bundles the copy with one change.
   *
   * @throws Error when the change changes nothing: a mutation that no longer applies must not pass for a harmless one
   */
  async function bundle({ file, change }: Mutation): Promise<WorkflowBundle> {
    const source = sources.get(file) ?? '';
    const changed = change(source);
    if (changed === source) throw new Error(`the mutation of ${file} changes nothing`);
    write(file, changed);
    try {
      return await bundleForReplay({ workflowsPath: join(folder, 'index.ts'), webpackConfigHook });
    } finally {
      write(file, source);
    }
  }

  return { bundle, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
