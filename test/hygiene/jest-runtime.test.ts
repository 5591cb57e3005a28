import { readFileSync } from 'node:fs';
import * as own from '@jest/globals';
import { runJest } from '../support/run-jest.ts';

const { expect, test } = own;

test('test files share their modules, and nothing else', async () => {
  const { output, code } = await runJest('canary.config.mjs', { CANARY_GIVEN: 'as given' });
  expect({ output, code }).toMatchObject({ code: 0 });
  expect(output).toMatch(/Tests: +8 passed/);
  expect(output.match(/canary: \d/g)).toEqual(['canary: 1', 'canary: 2']);
});

test('every name of @jest/globals is there', () => {
  const types = readFileSync('node_modules/@jest/globals/build/index.d.ts', 'utf8');
  const names = [...types.matchAll(/^export declare const (\w+)/gm)].map(([, name = '']) => name);
  expect(names).toContain('xtest');
  for (const name of names) expect(own).toHaveProperty(name, expect.any(Function));
});

test('the packages of Jest that the runtime reaches into have exact versions', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const versions = Object.entries(devDependencies).filter(([name]) => /^(@jest\/|jest(-|$))/.test(name));
  expect(versions.length).toBeGreaterThan(3);
  for (const [name, version] of versions) expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
});
