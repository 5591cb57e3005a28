import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BatonError } from '../../contracts/baton-error.ts';
import { writeManifest } from './write-manifest.ts';

const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url));
const TEMPLATE = join(PACKAGE, 'templates', 'starter');

/** What the folder holds; undefined if there is none. */
function entriesOf(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const why = code === 'ENOTDIR' ? 'is a file' : `cannot be read (${message})`;
    throw new BatonError('InvalidInput', `${folder} ${why}: name a new or empty folder`, { cause });
  }
}

/** npm strips or reads files of these names in a package, and tools of the checkout would take them for its own. */
function ownNames(folder: string): void {
  renameSync(join(folder, '_gitignore'), join(folder, '.gitignore'));
  for (const name of ['package.json', 'tsconfig.json']) renameSync(join(folder, `_${name}`), join(folder, name));
}

/** Puts the finished project in its place at once, or entry by entry where somebody may stand in the empty folder. */
function moveInto(finished: string, folder: string, exists: boolean): void {
  if (!exists) return renameSync(finished, folder);
  for (const name of readdirSync(finished)) renameSync(join(finished, name), join(folder, name));
}

/**
 * Makes a starter project in a new or empty folder and gives its absolute path. It is made beside it and then renamed:
 * what fails leaves nothing behind.
 *
 * @throws BatonError `InvalidInput` that says what is in the way, or why the folder cannot be made
 */
export async function createStarter(name: string): Promise<string> {
  const folder = resolve(name);
  const entries = entriesOf(folder);
  if (entries?.length) {
    const found = entries.slice(0, 3).join(', ');
    throw new BatonError(
      'InvalidInput',
      `${folder} is not empty (${found}${entries.length > 3 ? ', …' : ''}): name a new folder, or move away what is in it`,
    );
  }
  let making: string | undefined;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    making = mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
    const project = join(making, 'project');
    cpSync(TEMPLATE, project, { recursive: true });
    ownNames(project);
    await writeManifest({ project, name: basename(folder), packageDir: PACKAGE });
    moveInto(project, folder, entries !== undefined);
    return folder;
  } catch (cause) {
    if (cause instanceof BatonError) throw cause;
    throw new BatonError('InvalidInput', `${folder} cannot be made: ${(cause as Error).message}`, { cause });
  } finally {
    if (making) rmSync(making, { recursive: true, force: true });
  }
}
