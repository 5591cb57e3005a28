import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (path: string) => readFileSync(path, 'utf8');

test('the code of docs/testing.md is that of the example, which is compiled and run', () => {
  const example = read('examples/own-workflow/app.test.ts');
  const blocks = [...read('docs/testing.md').matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code as string);
  expect(blocks.length).toBeGreaterThan(3);
  expect(blocks.filter((code) => !example.includes(code))).toEqual([]);
});
