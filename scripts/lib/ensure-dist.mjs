import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { hashOf } from './hash-of.mjs';
import { PROJECT, step } from './step.mjs';

/** What dist/ is built from, and by what. */
const SOURCES = [
  'src',
  'scripts/lib/ensure-dist.mjs',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
];
const DIST = join(PROJECT, 'dist');
/** Outside of dist/, all of which is shipped. */
const STAMP = join(PROJECT, '.cache', 'dist.sha256');

const built = () => hashOf([...SOURCES, 'dist']);

/** Builds dist/, unless what is there was built from exactly these sources. */
export function ensureDist() {
  if (existsSync(DIST) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === built()) return;
  // What was renamed or removed since the last build must not be shipped again.
  rmSync(DIST, { recursive: true, force: true });
  // The types are checked by `npm test`. To check them here again would be half of the time that it takes to pack.
  const args = ['-p', 'tsconfig.build.json', '--noCheck'];
  step({ command: 'tsc', args, remedy: 'Correct what it names, then pack again.' });
  // What is no TypeScript is loaded by its path, beside the module that asks for it.
  const loadedByPath = (path) => statSync(path).isDirectory() || extname(path) !== '.ts';
  cpSync(join(PROJECT, 'src'), DIST, { recursive: true, filter: loadedByPath });
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, built());
}
