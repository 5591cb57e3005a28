import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BatonError } from '../contracts/baton-error.ts';
import { EVENT_TYPES } from '../contracts/event-payloads.ts';
import { AGENT_END_TYPES } from '../contracts/names.ts';
import type { FeedSkeleton } from './feed-skeleton.ts';

const skeletonSchema = z.object({
  events: z.array(
    z.object({
      type: z.enum(EVENT_TYPES as [string, ...string[]]),
      agent_run: z.string().nullable(),
      step: z.string().nullable(),
      attempt: z.int(),
      payload: z.record(z.string(), z.unknown()),
    }),
  ),
  agents: z.array(
    z.object({
      agent_run: z.string(),
      agent: z.string(),
      step: z.string().nullable(),
      of: z.int().nullable(),
      parent: z.string().nullable(),
      attempts: z.int().nullable(),
      end: z.enum(AGENT_END_TYPES).nullable(),
    }),
  ),
}) as unknown as z.ZodType<FeedSkeleton>;

/** File that keeps, beside a history, what its user saw. */
export const feedFileOf = (historyFile: string) => historyFile.replace(/(\.json)?$/, '.feed.json');

/** Whether a file of a folder of histories is one of these. */
export const isFeedFile = (file: string) => file.endsWith('.feed.json');

export const feedText = (feed: FeedSkeleton) => `${JSON.stringify(feed, null, 1)}\n`;

/**
 * Reads what the user of a history saw; undefined where nothing was kept.
 *
 * @throws BatonError `InvalidInput` naming what is wrong with the file
 */
export async function readFeedFile(path: string): Promise<FeedSkeleton | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return skeletonSchema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new BatonError('InvalidInput', `its feed ${path} cannot be read: ${why}`, { cause });
  }
}
