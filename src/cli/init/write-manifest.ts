import { readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { packageSource } from './package-source.ts';

type Manifest = { name: string; version: string } & Record<
  'dependencies' | 'devDependencies',
  Record<string, string> | undefined
>;

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Manifest;

/** A folder's name as one that npm takes for a package. */
const asPackageName = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'my-agents';

/** A Node that npm brought, because the machine's own is too old, is brought to the project as well. */
function broughtNode(): Record<string, string> {
  const [major = ''] = process.versions.node.split('.');
  return process.execPath.split(sep).includes('node_modules') ? { node: `^${major}` } : {};
}

type Options = { project: string; name: string; packageDir: string };

/**
 * Completes the package.json of a starter project: its name, and the versions this package itself is made with, so that
 * there is one zod for both.
 *
 * @throws BatonError if this package cannot be packed for it
 */
export async function writeManifest({ project, name, packageDir }: Options): Promise<void> {
  const path = join(project, 'package.json');
  const own = read(join(packageDir, 'package.json'));
  const versions = { ...own.dependencies, ...own.devDependencies };
  const pick = (names: string[]) => Object.fromEntries(names.map((each) => [each, versions[each]]));
  const source = await packageSource({ project, packageDir, version: own.version });
  const manifest = {
    ...read(path),
    name: asPackageName(name),
    dependencies: { [own.name]: source, ...pick(['zod']) },
    devDependencies: { ...pick(['@types/node', 'typescript']), ...broughtNode() },
  };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
