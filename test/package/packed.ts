import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Manifest = { exports: Record<string, unknown> } & Record<
  'dependencies' | 'devDependencies',
  Record<string, string>
>;

/** What `npm pack` makes. */
export const TARBALL = 'baton-agents-0.0.1.tgz';
/** When `npm run dev` is up. */
export const READY = /running; Ctrl-C stops everything/;

export const packageJson = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The names by which a program imports the package. */
export function doors(checkout: string): string[] {
  return Object.keys(packageJson(checkout).exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => path.replace('.', 'baton-agents'));
}

/** A module that exports all there is behind every door. */
export function everyDoor(checkout: string): string {
  return doors(checkout)
    .map((door, n) => `import * as door${n} from '${door}';\nexport { door${n} };\n`)
    .join('');
}
