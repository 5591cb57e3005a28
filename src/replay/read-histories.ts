import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PayloadCodec } from '@temporalio/common';
import { BatonError } from '../contracts/baton-error.ts';
import type { HistoryToCheck } from './check-histories.ts';
import { feedFileOf, isFeedFile, readFeedFile } from './feed-file.ts';
import { parseHistory } from './history-json.ts';
import { inlinePayloads } from './inline-payloads.ts';

async function namesIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(({ code, message }: NodeJS.ErrnoException) => {
    const why = code === 'ENOENT' ? 'there is no such folder' : message;
    throw new BatonError('InvalidInput', `folder ${dir} cannot be read: ${why}`);
  });
  return names.filter((name) => name.endsWith('.json') && !isFeedFile(name)).sort();
}

/**
 * Reads the histories of a folder, its files `*.json`, and what their users saw, `*.feed.json` beside them. One that
 * cannot be read does not hide the others.
 *
 * @throws BatonError `InvalidInput` when the folder cannot be read or holds no history at all
 */
export async function readHistories(dir: string, codecs: readonly PayloadCodec[] = []): Promise<HistoryToCheck[]> {
  const names = await namesIn(dir);
  if (names.length === 0) {
    const remedy = 'write some by: baton history export RUN --out FILE';
    throw new BatonError('InvalidInput', `folder ${dir} holds no history (*.json); ${remedy}`);
  }
  return Promise.all(
    names.map(async (name) => {
      try {
        const history = parseHistory(await readFile(join(dir, name), 'utf8'));
        const seen = await readFeedFile(join(dir, feedFileOf(name)));
        return { name, history: await inlinePayloads(history, codecs), ...(seen && { seen }) };
      } catch (error) {
        return { name, fault: `${join(dir, name)}: ${(error as Error).message}; export it again, or delete the file` };
      }
    }),
  );
}
