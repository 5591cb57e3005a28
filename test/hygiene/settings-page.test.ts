import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FOREIGN_SETTINGS } from '../../src/settings/foreign-settings.ts';
import type { Setting } from '../../src/settings/setting.ts';
import { SETTINGS } from '../../src/settings/settings.ts';
import { settingsPage } from '../support/settings-page.ts';

const known = new Set(
  [...(Object.values(SETTINGS) as Setting[]), ...FOREIGN_SETTINGS].flatMap(({ env }) => (env ? [env] : [])),
);

/** Between processes of ours; nobody sets it. */
const INTERNAL = ['BATON_ISOLATED_AGENT'];

const filesIn = (folder: string, name: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    // Decisions and faults also name what was there before, or is misspelled.
    .filter((path) => name.test(path) && !/^(decisions|faults\.md)/.test(path))
    .map((path) => join(folder, path));

test('docs/settings.md is the table of settings; npm run docs:settings writes it', () => {
  expect(readFileSync('docs/settings.md', 'utf8')).toBe(settingsPage());
});

test('every variable that sources and documents name is in the table', () => {
  const files = [...filesIn('src', /\.ts$/), ...filesIn('docs', /\.md$/), ...filesIn('templates', /./), 'README.md'];
  const strange = files.flatMap((path) => {
    const text = /\.[a-z]+$/.test(path) ? readFileSync(path, 'utf8') : '';
    const named =
      text.match(/\b(BATON_[A-Z_]+[A-Z]|TEMPORAL_(ADDRESS|NAMESPACE|API_KEY|PROFILE|[A-Z]+_[A-Z_]*[A-Z]))\b/g) ?? [];
    return named.filter((name) => !known.has(name) && !INTERNAL.includes(name)).map((name) => `${path}: ${name}`);
  });
  expect(strange).toEqual([]);
});

test('no two settings share a variable, or a flag of one command', () => {
  const rows = Object.values(SETTINGS) as Setting[];
  const variables = rows.flatMap(({ env }) => env ?? []);
  const flags = rows.flatMap(({ flag, on = [] }) => on.map((command) => `${command} ${flag?.split(' ')[0]}`));
  for (const all of [variables, flags]) expect(all).toEqual([...new Set(all)]);
});
