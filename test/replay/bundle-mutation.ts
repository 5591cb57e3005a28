import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
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
    .replaceAll("from '../", `from '${SOURCES}`);

export type Mutation = {
  /** File of src/workflows that is changed, or `workflow.ts` of src. */
  file: string;
  /** Changes its text. */
  change: (source: string) => string;
};

/**
 * Bundles a copy of the workflows with one change, as a developer would make it.
 *
 * @throws Error when the change changes nothing: a mutation that no longer applies must not pass for a harmless one
 */
export async function bundleMutation({ file, change }: Mutation): Promise<WorkflowBundle> {
  // Inside the project, so that the copy finds the same libraries.
  const folder = mkdtempSync(fileURLToPath(new URL('./.mutation-', import.meta.url)));
  try {
    for (const [name, source] of originals()) {
      const changed = name === file ? change(source) : source;
      if (name === file && changed === source) throw new Error(`the mutation of ${file} changes nothing`);
      writeFileSync(join(folder, name), relinked(changed));
    }
    appendFileSync(join(folder, 'index.ts'), "export * from './own.ts';\n");
    return await bundleForReplay({ workflowsPath: join(folder, 'index.ts') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
