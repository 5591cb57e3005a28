import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkOut, writeOut } from '../../src/cli/report-file.ts';
import type { Report } from '../../src/contracts/report.ts';
import { temporaryDir } from './run-baton.ts';

const report: Report = {
  status: 'insufficient_data',
  reason: 'no rows <b>at all</b>',
  needed: [{ export: '=usage', how: 'ask', gives: 'rows' }],
};

test('a report is written as what its ending says, whole and with nothing beside it', async () => {
  await using dir = await temporaryDir();
  const begins: Record<string, RegExp> = {
    'a.html': /^<!doctype html>[^]*&lt;b&gt;/,
    'a.md': /^# No figures/,
    'a.json': /^\{\n {2}"status"/,
    'a.csv': /^Export,How,Gives\r\n'=usage,/,
    'a.xlsx': /^PK/,
  };
  for (const [name, begin] of Object.entries(begins)) {
    const path = join(dir.path, name);
    checkOut(path);
    await writeOut(path, report);
    expect(readFileSync(path, 'latin1')).toMatch(begin);
  }
  expect(readdirSync(dir.path).sort()).toEqual(Object.keys(begins).sort());
});

test('another ending is refused before the run, with those that are known', () => {
  expect(() => checkOut('report.pdf')).toThrow('.html, .md, .json, .xlsx, .csv');
});
