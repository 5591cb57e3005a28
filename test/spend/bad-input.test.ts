import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyse } from '../support/analyse.ts';
import { SpendError } from '../../src/spend/spend-error.ts';
import { toSpendError } from '../../src/spend/to-spend-error.ts';
import {
  AZURE_CODE,
  AZURE_HEADER,
  completed,
  ledgerOf,
  MOONCAKE_CONVERSATION,
  PRICED_AT,
  temporaryFolder,
} from './fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

const ROW = '2023-11-16 18:17:03.9799600,4808,10';
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => `2023-11-16 18:${String(i % 60).padStart(2, '0')}:03.9799600,4808,10`);
const azure = (name: string, lines: string[]) => folder.file(name, [AZURE_HEADER, ...lines].join('\r\n'));
const run = (path: string, more: object = {}) =>
  analyse({ files: [path], model: 'claude-sonnet-4-5', dir: `${folder.path}/out`, pricedAt: PRICED_AT, ...more });

async function refused(promise: Promise<unknown>): Promise<SpendError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SpendError);
  return error as SpendError;
}

describe('a file that cannot be read', () => {
  test('is missing: the path is named', async () => {
    const error = await refused(run('/no/such/usage.csv'));
    expect(error).toMatchObject({ code: 'invalid_input', path: '/no/such/usage.csv' });
    expect(error.message).toContain('no such file');
  });

  test('is a folder', async () => {
    expect((await refused(run(folder.path))).message).toContain('is a folder');
  });

  test('is empty', async () => {
    expect((await refused(run(await folder.file('zero.csv', '')))).message).toContain('is empty');
  });

  test('has an unknown format: what is understood is listed', async () => {
    const error = await refused(run(await folder.file('other.csv', 'a,b,c\n1,2,3\n')));
    expect(error).toMatchObject({ code: 'unknown_format', row: 1 });
    expect(error.message).toContain('Azure LLM inference trace');
    expect(error.message).toContain('Mooncake trace');
  });

  test('has another format than the file beside it', async () => {
    const error = await refused(
      analyse({ files: [AZURE_CODE, MOONCAKE_CONVERSATION], model: 'gpt-4o', dir: folder.path, pricedAt: PRICED_AT }),
    );
    expect(error.message).toContain('different formats');
  });

  test('is not UTF-8: the row is named', async () => {
    const bytes = Buffer.concat([Buffer.from(`${AZURE_HEADER}\n${ROW}\n`), Buffer.from([0x32, 0xff, 0xfe, 0x0a])]);
    const path = await folder.file('latin.csv', bytes as unknown as string);
    expect(await refused(run(path))).toMatchObject({ code: 'invalid_input', path, row: 3 });
  });
});

describe('a row that cannot be used', () => {
  test.each([
    ['cut off at the end of the file', '2023-11-16 18:17:03.97', 'expected 3 columns, found 1 (cut off?)'],
    ['with text for a number', '2023-11-16 18:17:03.9799600,many,10', 'ContextTokens is not a whole number: many'],
    ['with a fraction of a token', '2023-11-16 18:17:03.9799600,48.5,10', 'ContextTokens is not a whole number: 48.5'],
    ['with negative tokens', '2023-11-16 18:17:03.9799600,4808,-10', 'GeneratedTokens is negative: -10'],
    ['with an empty cell', '2023-11-16 18:17:03.9799600,,10', 'ContextTokens is empty'],
    ['with something else for a time', 'yesterday,4808,10', 'TIMESTAMP is not a time: yesterday'],
  ])('%s is counted and listed with its number and reason', async (name, bad, reason) => {
    const path = await azure(`${name}.csv`, [...rows(98), bad]);
    const { source, bad_rows } = await ledgerOf(path, 'claude-sonnet-4-5', folder.path);
    expect(source).toMatchObject({ rows: 98, rejected_rows: 1 });
    expect(bad_rows).toEqual([{ file: path, row: 100, reason }]);
  });

  test.each([
    ['is cut off', '{"timestamp": 1, "input_length": 10, "outp', 'not a line of JSON (cut off?)'],
    ['misses a field', '{"timestamp": 1, "input_length": 10, "hash_ids": [1]}', 'output_length is empty'],
    [
      'has too few prefix ids',
      '{"timestamp": 1, "input_length": 600, "output_length": 1, "hash_ids": [1]}',
      'hash_ids has 1 entries for 600 tokens',
    ],
    [
      'has words for prefix ids',
      '{"timestamp": 1, "input_length": 10, "output_length": 1, "hash_ids": ["x"]}',
      'hash_ids is not a list of whole numbers',
    ],
  ])('of a Mooncake trace that %s is listed', async (name, bad, reason) => {
    const good = Array.from(
      { length: 40 },
      (_, i) => `{"timestamp": ${i * 1000}, "input_length": 10, "output_length": 1, "hash_ids": [${i}]}`,
    );
    const path = await folder.file(`${name}.jsonl`, [...good, bad].join('\n'));
    const { bad_rows } = await ledgerOf(path, 'gpt-4o', folder.path);
    expect(bad_rows).toEqual([{ file: path, row: 41, reason }]);
  });

  test('counts from the first line of the file, blank lines and mixed line ends included', async () => {
    const path = await folder.file('mixed.csv', `${AZURE_HEADER}\r\n\r\n${rows(50).join('\n')}\r\n\nbad,1,1`);
    const { source, bad_rows } = await ledgerOf(path, 'gpt-4o', folder.path);
    expect(bad_rows[0]?.row).toBe(54);
    expect(source.rows).toBe(50);
  });

  test('in more than 5% of the rows stops the run, names the first ones and leaves nothing behind', async () => {
    const path = await azure('bad.csv', [...rows(80), ...Array.from({ length: 20 }, () => 'x,y,z')]);
    const error = await refused(run(path, { dir: `${folder.path}/none` }));
    expect(error).toMatchObject({ code: 'too_many_bad_rows', path, row: 82 });
    expect(error.message).toMatch(/20 of 100 rows \(20\.0%\).*--allow-bad-rows/s);
    expect(await readdir(`${folder.path}/none`)).toEqual([]);
  });

  test('in more than 5% of the rows is tolerated on request; the report lists the first 20', async () => {
    const path = await azure('allowed.csv', [...rows(80), ...Array.from({ length: 25 }, () => 'x,y,z')]);
    const report = await completed({ files: [path], model: 'gpt-4o', allow_bad_rows: true }, folder.path);
    expect(report.source).toMatchObject({ rows: 80, rejected_rows: 25 });
    expect(report.source.bad_rows).toHaveLength(20);
  });

  test('in every row stops the run even when bad rows are allowed', async () => {
    const error = await refused(run(await azure('all-bad.csv', ['x,y,z']), { allow_bad_rows: true }));
    expect(error.message).toContain('No row is usable');
  });
});

describe('an option that cannot be used', () => {
  test('an unknown model is refused with the nearest names, before the file is read', async () => {
    const error = await refused(run(AZURE_CODE, { model: 'claude-sonet-4-5' }));
    expect(error.code).toBe('unknown_model');
    expect(error.message).toContain('claude-sonnet-4-5');
  });

  test('no model at all: the format carries none', async () => {
    expect((await refused(run(AZURE_CODE, { model: undefined }))).message).toContain('--model');
  });

  test('an assumption nobody uses', async () => {
    expect((await refused(run(AZURE_CODE, { set: { 'right_size.escalatoin': 0 } }))).message).toContain(
      'right_size.escalation.low',
    );
  });

  test('rows that all carry one time have no rate, unless the window is given', async () => {
    const path = await azure('instant.csv', [ROW, ROW]);
    expect((await refused(run(path))).message).toContain('--window-hours');
    expect(await run(path, { window_hours: 2 })).toMatchObject({ source: { window_hours: 2 } });
  });

  test('a price file that is not there', async () => {
    expect(await refused(run(AZURE_CODE, { prices: '/no/prices.json' }))).toMatchObject({ path: '/no/prices.json' });
  });
});

describe('a machine that cannot', () => {
  test('a full disk is said in plain words', () => {
    const cause = new Error('IO Error: Could not write file "/data/.ledger.parquet": No space left on device');
    expect(toSpendError(cause, '/data')).toMatchObject({ code: 'disk_full', path: '/data', cause });
    expect(toSpendError(Object.assign(new Error('write'), { code: 'ENOSPC' }), '/data')).toMatchObject({
      code: 'disk_full',
    });
  });

  test('a defect of ours is not dressed up as bad input', () => {
    const defect = new TypeError('x is not a function');
    expect(toSpendError(defect, '/data')).toBe(defect);
  });

  test('a folder that cannot be written leaves no ledger', async () => {
    const file = await folder.file('not-a-folder', 'x');
    await expect(run(AZURE_CODE, { dir: `${file}/ledgers` })).rejects.toThrow('ENOTDIR');
  });
});
