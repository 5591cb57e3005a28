import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test('no module starts another by a path that only the checkout has: the package has .js there', () => {
  const files = globSync('src/**/*.ts');
  expect(files.length).toBeGreaterThan(200);
  const named = files.filter((path) => /new URL\(\s*['"`][^'"`]*\.ts['"`]/.test(readFileSync(path, 'utf8')));
  expect(named).toEqual([]);
});
