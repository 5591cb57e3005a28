import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'acorn';
import { PROJECT } from './project-copy.ts';

/** Later than Node 18.0, or later than the language it speaks; each was tempting once. */
const NEWER = [
  ['Promise.withResolvers', /withResolvers/],
  ['import.meta.dirname', /import\.meta\.(dirname|filename|resolve)/],
  ['readdir, recursive', /recursive: true, withFileTypes|withFileTypes: true, recursive/],
  ['Dirent.path', /\.parentPath|entry\.path\b/],
  ['array copies', /\.(toSorted|toReversed|toSpliced|with)\(/],
  ['util.styleText, parseArgs', /styleText|parseArgs/],
  ['node:sqlite', /node:sqlite/],
  ['Object.groupBy', /groupBy/],
] as const;

/** The script and everything it imports, with what each imports from outside the project. */
function importsOf(script: string, seen = new Map<string, string[]>()) {
  if (seen.has(script)) return seen;
  const text = readFileSync(script, 'utf8');
  const names = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
  seen.set(
    script,
    names.filter((name) => !name.startsWith('.')),
  );
  for (const name of names.filter((name) => name.startsWith('.'))) importsOf(resolve(script, '..', name), seen);
  return seen;
}

describe('what runs before a newer Node is there', () => {
  const modules = importsOf(join(PROJECT, 'scripts', 'setup.mjs'));
  const files = [...modules].map(([path, outside]) => ({ name: relative(PROJECT, path), path, outside }));

  test('is all of set-up', () => {
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['scripts/setup.mjs', 'scripts/lib/ensure-node.mjs', 'scripts/lib/run-command.mjs']),
    );
  });

  test.each(files)('$name is JavaScript of 2022, without a dependency', ({ name, path, outside }) => {
    const text = readFileSync(path, 'utf8');
    expect(name).toMatch(/^scripts\/.*\.mjs$/);
    expect(() => parse(text, { ecmaVersion: 2022, sourceType: 'module' })).not.toThrow();
    expect(outside.filter((module) => !module.startsWith('node:'))).toEqual([]);
    expect(NEWER.filter(([, pattern]) => pattern.test(text)).map(([what]) => what)).toEqual([]);
  });
});
