import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
import { bundleForReplay } from '../../src/replay/bundle-for-replay.ts';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const WORKFLOWS = join(SOURCES, 'workflows');

export type Mutation = {
  /** File of src/workflows that is changed. */
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
    for (const name of readdirSync(WORKFLOWS)) {
      const source = readFileSync(join(WORKFLOWS, name), 'utf8');
      const changed = name === file ? change(source) : source;
      if (name === file && changed === source) throw new Error(`the mutation of ${file} changes nothing`);
      writeFileSync(join(folder, name), changed.replaceAll("from '../", `from '${SOURCES}`));
    }
    return await bundleForReplay({ workflowsPath: join(folder, 'index.ts') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
