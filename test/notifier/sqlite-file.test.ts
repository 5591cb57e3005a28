import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore } from '../../src/notifier/open-store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-file-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

const open = (path: string) => openStore({ url: `sqlite:${path}` });

/** The system's administrator may write into every folder but one like this. */
function unwritableFolder(): string {
  if (process.getuid?.() === 0) return '/proc/self';
  chmodSync(folder, 0o500);
  return folder;
}

test('a file that a newer version wrote is refused and left as it is', async () => {
  const path = join(folder, 'events.sqlite');
  await (await open(path)).close();
  const newer = new DatabaseSync(path);
  newer.exec('PRAGMA user_version = 99; ALTER TABLE events ADD COLUMN from_the_future TEXT');
  await expect(open(path)).rejects.toMatchObject({
    type: 'InvalidInput',
    message: expect.stringMatching(/events\.sqlite was written by a newer Baton \(version 99\); update this one/),
  });
  expect(newer.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
  newer.close();
});

test.each([
  ['in a folder that cannot be written', () => join(unwritableFolder(), 'events.sqlite'), /unable to open|EACCES/],
  ['below a file', () => join(folder, 'taken', 'events.sqlite'), /ENOTDIR|EEXIST/],
  ['that is no database', () => join(folder, 'taken'), /not a database/],
])('a file %s is refused with its path, the reason and what to check', async (_, place, reason) => {
  writeFileSync(join(folder, 'taken'), 'a file of somebody else, long enough to have a header'.repeat(10));
  const path = place();
  const refused = open(path);
  await expect(refused).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringMatching(reason) });
  await expect(refused).rejects.toThrow(`event log ${path} cannot be opened`);
  await expect(refused).rejects.toThrow('check that the folder may be written');
});
