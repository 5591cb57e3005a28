import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { serverFlags } from '../../src/dev/server-flags.ts';
import { createProcess, type ProcessOptions } from './process.ts';

export async function answers(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 }).catch(() => undefined);
  if (!connection) return false;
  const work = connection.workflowService.describeNamespace({ namespace: 'default' });
  const there = await work.then(
    () => true,
    () => false,
  );
  await connection.close();
  return there;
}

type Options = Pick<ProcessOptions, 'onUnexpectedEnd'> & { cliPath: string; dataDir: string; port: number };

/** A Temporal server of the campaign's own, with the flags that the product documents; its database outlives it. */
export function createTemporalServer({ cliPath, dataDir, port, onUnexpectedEnd }: Options) {
  const args = [...serverFlags(dataDir), '--port', String(port), '--headless'];
  const isReady = () => answers(`127.0.0.1:${port}`);
  return createProcess({ name: 'temporal', command: cliPath, args, isReady, onUnexpectedEnd });
}

/** Takes a server's database away; the server must be down. */
export function removeDatabase(dataDir: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(dataDir, `temporal.db${end}`), { force: true });
}
