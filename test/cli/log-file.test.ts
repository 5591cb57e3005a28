import { readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openLogFile } from '../../src/cli/log-file.ts';
import { undoList } from '../../src/cli/undo-list.ts';
import { temporaryDir } from './run-baton.ts';

test('a log file never exceeds its bound, and the one before it is kept beside it', async () => {
  await using dir = await temporaryDir();
  const path = join(dir.path, 'worker.log');
  const troubles: unknown[] = [];
  const log = openLogFile({ path, maxBytes: 1_000, onTrouble: (error) => troubles.push(error) });
  for (let n = 0; n < 100; n += 1) log.write(`${String(n).padStart(49, '0')}\n`);
  expect(statSync(path).size).toBeLessThanOrEqual(1_000);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(1_000);
  const kept = `${readFileSync(`${path}.1`, 'utf8')}${readFileSync(path, 'utf8')}`.trim().split('\n').map(Number);
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 100 - kept.length + n));
  expect(troubles).toEqual([]);
});

test('lines that could not be written are counted in the log once it can be written again', async () => {
  await using dir = await temporaryDir();
  const path = join(dir.path, 'worker.log');
  symlinkSync(join(dir.path, 'missing', 'worker.log'), path);
  const troubles: (string | undefined)[] = [];
  const log = openLogFile({ path, onTrouble: ({ code }) => troubles.push(code) });
  for (const line of ['one\n', 'two\n']) log.write(line);
  rmSync(path);
  log.write('three\n');
  expect(troubles).toEqual(['ENOENT']);
  expect(readFileSync(path, 'utf8')).toMatch(/^\{.*"2 lines could not be written"\}\nthree\n$/);
});

test('a step of a shutdown that never ends is left behind and named, and all others are taken', async () => {
  const taken: string[] = [];
  const undo = undoList();
  undo.push('the first', () => void taken.push('first'));
  undo.push('the stuck one', () => new Promise(() => undefined), { withinMs: 20 });
  undo.push('the last', () => void taken.push('last'));
  await expect(undo.run()).rejects.toThrow('the stuck one did not end within 0.02 s; it was left behind');
  expect(taken).toEqual(['last', 'first']);
});
