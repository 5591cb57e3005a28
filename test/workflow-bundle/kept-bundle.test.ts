import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { keepBundle, readKeptBundle } from '../../src/workflow-bundle/kept-bundle.ts';

const SINCE = Date.parse('2026-01-01');
let folder: string;
const path = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-kept-'));
  process.env.BATON_CACHE_DIR = path('cache');
  write('flows.ts', 'first');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string, time = SINCE - 1_000): void {
  writeFileSync(path(name), text);
  utimesSync(path(name), time / 1_000, time / 1_000);
}
function keep({ missed = [] as string[], except = path('gone') } = {}): void {
  keepBundle('key', 'the code', { read: [path('flows.ts')], missed }, { since: SINCE, except });
}

test('a bundle serves again, under its own key', () => {
  keep();
  expect(readKeptBundle('key')).toBe('the code');
  expect(readKeptBundle('another')).toBeUndefined();
});

test('a file with other content, of whatever time, or without any, is seen', () => {
  keep();
  write('flows.ts', 'other');
  expect(readKeptBundle('key')).toBeUndefined();
  write('flows.ts', 'first');
  expect(readKeptBundle('key')).toBe('the code');
  rmSync(path('flows.ts'));
  expect(readKeptBundle('key')).toBeUndefined();
});

test('a file that comes where the bundler looked in vain is seen; a folder there was there before', () => {
  mkdirSync(path('words'));
  keep({ missed: [path('words'), path('words.ts')] });
  expect(readKeptBundle('key')).toBe('the code');
  write('words.ts', '');
  expect(readKeptBundle('key')).toBeUndefined();
});

test('what goes with the bundling is not asked for again', () => {
  keep({ except: path('flows') });
  rmSync(path('flows.ts'));
  expect(readKeptBundle('key')).toBe('the code');
});

test('a file that changed since the bundling began is not trusted', () => {
  write('flows.ts', 'first', SINCE + 1);
  keep();
  expect(readKeptBundle('key')).toBeUndefined();
});

test('half a file is no bundle, and nothing else is left of one', () => {
  keep();
  const [kept = '', ...others] = readdirSync(path('cache/workflows'));
  expect(others).toEqual([]);
  write(`cache/workflows/${kept}`, '{"code":"the c');
  expect(readKeptBundle('key')).toBeUndefined();
});

test('a folder that cannot be written to keeps nothing, and fails nothing', () => {
  process.env.BATON_CACHE_DIR = '/dev/null/cache';
  keep();
  expect(readKeptBundle('key')).toBeUndefined();
});
