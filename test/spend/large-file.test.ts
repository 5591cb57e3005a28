import { createWriteStream, watch } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildLedger } from '../../src/spend/ledger/build-ledger.ts';
import { runTriage } from '../../src/spend/run-triage.ts';
import { AZURE_HEADER, PRICED_AT, temporaryFolder } from './fixtures.ts';

/** Numbers are padded by spaces, which the format allows: a large file of few rows, yet of more than one row group of the ledger. */
const ROWS = 200_000;
const BAD_ROW = 180_000;
const PADDED = 170;

async function writeTrace(path: string): Promise<void> {
  const out = createWriteStream(path);
  out.write(`${AZURE_HEADER}\r\n`);
  for (let start = 0; start < ROWS; start += 10_000) {
    const lines = Array.from({ length: 10_000 }, (_, offset) => {
      const index = start + offset;
      const second = Math.floor(index / 50);
      const time = [second / 3600, (second / 60) % 60, second % 60]
        .map((part) => String(Math.floor(part)).padStart(2, '0'))
        .join(':');
      return index === BAD_ROW - 2
        ? 'broken'
        : [
            `2023-11-16 ${time}.${String(index % 50).padStart(7, '0')}`,
            String((index * 7919) % 9000).padStart(PADDED),
            String((index * 31) % 500).padStart(PADDED),
          ].join(',');
    });
    if (!out.write(`${lines.join('\r\n')}\r\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

describe('a file larger than the memory allowed', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let path: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'large.csv');
    await writeTrace(path);
  });
  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
  });

  test('is streamed, keeps its row numbers, and leaves one file behind', async () => {
    expect((await stat(path)).size).toBeGreaterThan(1.1 * 66e6);
    const { files } = await runTriage({ files: [path] });
    const dir = join(folder.path, 'out');
    const found = await buildLedger({
      files,
      model: 'claude-sonnet-4-5',
      priced_at: PRICED_AT,
      dir,
      memoryLimit: '66MB',
    });
    expect(found.source).toMatchObject({ rows: ROWS - 1, rejected_rows: 1 });
    expect(found.bad_rows).toMatchObject([{ row: BAD_ROW, reason: 'expected 3 columns, found 1 (cut off?)' }]);
    expect(await readdir(dir)).toEqual([expect.stringMatching(/^ledger-[0-9a-f]{16}\.parquet$/)]);
  });

  test('stops in the middle of writing when it is told to, and leaves nothing behind', async () => {
    const { files } = await runTriage({ files: [path] });
    const dir = join(folder.path, 'stopped');
    await mkdir(dir);
    const stop = new AbortController();
    const watcher = watch(dir, (_event, name) => {
      if (name?.endsWith('.parquet')) stop.abort(new Error('enough'));
    });
    await expect(
      buildLedger({ files, model: 'gpt-4o', priced_at: PRICED_AT, dir, signal: stop.signal }),
    ).rejects.toThrow('enough');
    watcher.close();
    expect(await readdir(dir)).toEqual([]);
  });
});
