import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { BatonError } from '../contracts/baton-error.ts';
import { createPrivately } from '../notifier/private-file.ts';
import { readRecord } from './read-record.ts';
import { waitUntil } from './wait-until.ts';

const ownerSchema = z.object({ pid: z.int(), command: z.string().max(200), stopping: z.boolean() });
export type Owner = z.infer<typeof ownerSchema>;

const SQLITE_BUSY = 5;

const pathOf = (dataDir: string) => join(dataDir, 'owner.json');

const readOwner = (dataDir: string) => readRecord(pathOf(dataDir), ownerSchema);

/** A lock that the operating system drops when its holder dies, however it dies; SQLite has the only one in Node. */
function tryLock(dataDir: string): DatabaseSync | undefined {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'owner.lock');
  createPrivately(path);
  const db = new DatabaseSync(path);
  try {
    db.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}

/** The process that runs server and worker in this data folder, if one does. */
export function dataDirOwner(dataDir: string): Owner | undefined {
  const lock = tryLock(dataDir);
  if (!lock) return readOwner(dataDir) ?? { pid: 0, command: 'another process', stopping: false };
  lock.close();
  return undefined;
}

/**
 * Makes this process the only one that runs server and worker in the data folder. An owner that is stopping is waited
 * for; `patienceMs` is how long to wait for one that is not.
 *
 * @throws BatonError naming the owner's process when it stays
 */
export async function ownDataDir({
  dataDir,
  command,
  say,
  patienceMs = 2_000,
}: {
  dataDir: string;
  command: string;
  say: (line: string) => void;
  patienceMs?: number;
}) {
  let lock = tryLock(dataDir);
  let told = false;
  const since = performance.now();
  while (!lock) {
    const owner = readOwner(dataDir);
    if (!told && owner?.stopping) say(`waiting for ${owner.command} (process ${owner.pid}) to stop`);
    told ||= owner?.stopping === true;
    lock = await waitUntil(() => tryLock(dataDir), { timeoutMs: 100 });
    if (lock || owner?.stopping || performance.now() - since < patienceMs) continue;
    throw new BatonError(
      'InvalidInput',
      `${owner?.command ?? 'another process'} (process ${owner?.pid}) is already running in ${dataDir}; ` +
        'stop it first, or set BATON_DATA_DIR to another folder',
    );
  }
  const held = lock;
  const write = (stopping: boolean) =>
    writeFileSync(pathOf(dataDir), `${JSON.stringify({ pid: process.pid, command, stopping })}\n`, { mode: 0o600 });
  write(false);
  return { stopping: () => write(true), release: () => held.close() };
}
