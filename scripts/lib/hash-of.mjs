import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './step.mjs';

/** By hand: the recursive listing came after Node 18.0. */
function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

/** Of the names and the content of these files, and of all files in these folders of the project. */
export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesIn(join(PROJECT, path))) hash.update(file.slice(PROJECT.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}
