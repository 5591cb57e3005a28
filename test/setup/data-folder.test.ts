import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { dataDirOwner, ownDataDir } from '../../src/dev/own-data-dir.ts';
import { boundServerLog, serverLog } from '../../src/dev/server-log.ts';
import { readServerRecord, writeServerRecord } from '../../src/dev/server-record.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-data-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The same text as JSON, in a file that is longer than any record. */
function pad(name: string): void {
  const path = join(folder, name);
  writeFileSync(path, readFileSync(path, 'utf8').padEnd(5_000));
}

test('a record of the server that is too long to be one is none', () => {
  const record = { pid: 1, port: 2, ui_port: 3, flags_sha256: 'x' };
  writeServerRecord(folder, record);
  expect(readServerRecord(folder)).toEqual(record);
  pad('temporal.json');
  expect(readServerRecord(folder)).toBeUndefined();
});

test('who owns a data folder is said as far as its record can be read', async () => {
  const owned = await ownDataDir({ dataDir: folder, command: 'baton dev', say: () => undefined });
  expect(dataDirOwner(folder)).toEqual({ pid: process.pid, command: 'baton dev', stopping: false });
  pad('owner.json');
  expect(dataDirOwner(folder)).toEqual({ pid: 0, command: 'another process', stopping: false });
  owned.release();
  expect(dataDirOwner(folder)).toBeUndefined();
});

test("a server's log begins anew at 10 MB, with one old log beside it, and only its end is read", () => {
  const path = join(folder, 'temporal.log');
  const MAX_BYTES = 10 * 1024 ** 2;
  writeFileSync(path, 'level=ERROR msg="the first"\n');
  truncateSync(path, MAX_BYTES);
  boundServerLog(path);
  expect(statSync(path).size).toBe(MAX_BYTES);
  writeFileSync(path, '\n', { flag: 'a' });
  boundServerLog(path);
  expect([statSync(path).size, statSync(`${path}.1`).size]).toEqual([0, MAX_BYTES + 1]);
  const log = serverLog(path);
  writeFileSync(path, `level=ERROR msg="long ago"\n${'x'.repeat(1024 ** 2)}\nlevel=ERROR msg="now"\n`);
  expect(log.telling()).toBe('level=ERROR msg="now"');
});
