import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandLineOf } from './process-info.ts';
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
  // A program that only looks at the database is no server of it, and not to be stopped.
  return record && commandLineOf(record.pid)?.includes(`--db-filename ${databaseIn(dataDir)}`) ? record : undefined;
}
