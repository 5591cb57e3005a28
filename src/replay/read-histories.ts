import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PayloadCodec } from '@temporalio/common';
import { BatonError } from '../contracts/baton-error.ts';
import { parseHistory } from './history-json.ts';
import { inlinePayloads } from './inline-payloads.ts';
import type { NamedHistory } from './replay-histories.ts';

/** A history of a folder, or why its file holds none. */
export type HistoryFile = NamedHistory | { name: string; fault: string };

/** What is beside a history and none itself. */
const FEED = '.feed.json';

async function namesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((cause: unknown) => {
    const why =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such folder' : (cause as Error).message;
    throw new BatonError('InvalidInput', `folder ${dir} cannot be read: ${why}`, { cause });
  });
  return names.filter((name) => name.endsWith('.json') && !name.endsWith(FEED)).sort();
}

/**
 * Reads the histories of a folder: its files `*.json`, by name. One that cannot be read does not hide the others.
 *
 * @throws BatonError `InvalidInput` when the folder cannot be read or holds no history at all
 */
export async function readHistories(dir: string, codecs: readonly PayloadCodec[] = []): Promise<HistoryFile[]> {
  const names = await namesIn(dir);
  if (names.length === 0) {
    const remedy = 'write some by: baton history export RUN --out FILE';
    throw new BatonError('InvalidInput', `folder ${dir} holds no history (*.json); ${remedy}`);
  }
  return Promise.all(
    names.map(async (name) => {
      try {
        const history = parseHistory(await readFile(join(dir, name), 'utf8'));
        return { name, history: await inlinePayloads(history, codecs) };
      } catch (error) {
        return { name, fault: `${join(dir, name)}: ${(error as Error).message}; export it again, or delete the file` };
      }
    }),
  );
}
