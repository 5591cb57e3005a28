import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../config.ts';
import { openSqliteLog } from '../../notifier/sqlite-log.ts';
import { findTemporalCli } from '../../temporal-cli/find-temporal-cli.ts';
import { check, type Check } from './check.ts';

/** Less free space than this makes writing a ledger a gamble. */
const FREE_BYTES = 500e6;

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

/** What can be seen without a server: Node, the Temporal CLI, the data folder, the event log. */
export async function checkMachine({ dataDir, logPath, fsync }: Config): Promise<Check[]> {
  return [
    await check('node', () => ({ state: 'ok', found: process.versions.node })),
    await check('temporal cli', () => {
      const path = findTemporalCli();
      return { state: path ? 'ok' : 'bad', found: path ?? 'not found', remedy: 'run "npm run setup"' };
    }),
    await check('data folder', () => {
      const folder = nearestFolder(dataDir);
      accessSync(folder, constants.W_OK);
      const { bavail, bsize } = statfsSync(folder);
      const free = bavail * bsize;
      const remedy = 'make room, or set BATON_DATA_DIR to a folder on another disk';
      return {
        state: free > FREE_BYTES ? 'ok' : 'bad',
        found: `${dataDir}, ${(free / 1e9).toFixed(1)} GB free`,
        remedy,
      };
    }),
    await check('event log', () => {
      if (!existsSync(logPath)) return { state: 'ok', found: `${logPath}, not made yet` };
      const log = openSqliteLog({ path: logPath, fsync });
      try {
        return { state: 'ok', found: `${logPath}, ${log.users().length} users, ${log.openRuns().length} open runs` };
      } finally {
        log.close();
      }
    }),
  ];
}
