import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../config.ts';
import { withoutPassword } from '../../contracts/without-password.ts';
import { openStore } from '../../notifier/open-store.ts';
import { findTemporalCli } from '../../temporal-cli/find-temporal-cli.ts';
import { check, type Check } from './check.ts';

/** What `baton dev` writes into the data folder. */
const LOGS = ['worker.log', 'gateway.log', 'temporal.log'];

/** Less free space than this makes writing a ledger a gamble. */
const FREE_BYTES = 500e6;

function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

/** What can be seen without a server: Node, the Temporal CLI, the data folder, the event log. */
export async function checkMachine({ dataDir, storeUrl, fsync, payloads, retentionDays }: Config): Promise<Check[]> {
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
    await check('logs', () => {
      const there = LOGS.filter((name) => existsSync(join(dataDir, name)));
      const found = there.length === 0 ? 'none of "baton dev" yet' : `${there.join(', ')} in ${dataDir}`;
      return { state: 'ok', found: `${found}; baton worker and gateway log to stdout` };
    }),
    await check('event log', async () => {
      const path = /^sqlite:(.*)$/.exec(storeUrl)?.[1];
      if (path && !existsSync(path)) return { state: 'ok', found: `${path}, not made yet` };
      await using store = await openStore({ url: storeUrl, fsync, keys: payloads.keys });
      const [users, runs] = await Promise.all([store.log.users(), store.log.openRuns()]);
      const where = path ?? withoutPassword(storeUrl);
      const [key] = payloads.keys;
      const plain = key && (await store.oldestPlain());
      const kept = key ? `encrypted by key "${key.id}"` : 'not encrypted';
      const since = plain === undefined ? '' : `, but events of before are in plain text (the oldest of ${plain})`;
      const remedy = `what was kept before there was a key goes within ${retentionDays} days (BATON_RETENTION_DAYS)`;
      const found = `${where}, ${users.length} users, ${runs.length} open runs; ${kept}${since}`;
      return { state: plain === undefined ? 'ok' : 'risk', found, remedy };
    }),
  ];
}
