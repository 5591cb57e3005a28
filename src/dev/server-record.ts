import { realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandLineOf, folderOf } from './process-info.ts';
import { readRecord } from './read-record.ts';

const recordSchema = z.object({
  pid: z.int(),
  port: z.int(),
  ui_port: z.int(),
  /** Hash of the flags it was started with: another version's server is not adopted. */
  flags_sha256: z.string(),
});
export type ServerRecord = z.infer<typeof recordSchema>;

const pathIn = (dataDir: string) => join(dataDir, 'temporal.json');

/** File of the embedded server's database, which tells its process from any other. */
export const databaseIn = (dataDir: string) => join(dataDir, 'temporal.db');

/**
 * The server's flag for its database. It makes a URL of the path, in which these characters would lead elsewhere; since it
 * runs in the data folder, the name alone will do there.
 */
export const databaseFlag = (dataDir: string) => (/[?#%]/.test(dataDir) ? 'temporal.db' : databaseIn(dataDir));

function isServerOf(pid: number, dataDir: string): boolean {
  const flag = databaseFlag(dataDir);
  // A program that only looks at the database is no server of it, and not to be stopped.
  if (!commandLineOf(pid)?.includes(`--db-filename ${flag}`)) return false;
  return flag === databaseIn(dataDir) || folderOf(pid) === realpathSync(dataDir);
}

/** What is known of the embedded server that was started last in this data folder; it may be gone. */
export function readServerRecord(dataDir: string): ServerRecord | undefined {
  return readRecord(pathIn(dataDir), recordSchema);
}

export function writeServerRecord(dataDir: string, record: ServerRecord): void {
  const partial = `${pathIn(dataDir)}.${process.pid}`;
  writeFileSync(partial, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(partial, pathIn(dataDir));
}

/** The recorded server if its process lives. The process id alone may belong to another program by now. */
export function livingServer(dataDir: string): ServerRecord | undefined {
  const record = readServerRecord(dataDir);
  return record && isServerOf(record.pid, dataDir) ? record : undefined;
}
