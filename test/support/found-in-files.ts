import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was said with a mark in it, as `MARK-what`, by the files below a folder in which it stands in plain text. */
export function found(dir: string, mark: string): string[] {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const places = files.flatMap(({ parentPath, name }) => {
    const path = join(parentPath, name);
    const text = readFileSync(path, 'latin1');
    return [...text.matchAll(new RegExp(`${mark}(?:-(\\w+))?`, 'g'))].map(
      ([, what = 'input']) => `${path.slice(dir.length + 1)}: ${what}`,
    );
  });
  return [...new Set(places)].toSorted();
}
