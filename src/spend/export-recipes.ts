import type { ExportRecipe } from '../contracts/report.ts';
import { FORMATS } from './formats/formats.ts';

/** What to fetch when there is a sentence but no rows: a figure without rows would be a guess. */
export function exportRecipes(): ExportRecipe[] {
  return [
    {
      export: 'request log: one row per request with time, input tokens and output tokens',
      how: 'From your gateway, proxy or tracing tool, for at least 7 full days. Write it as CSV with the header TIMESTAMP,ContextTokens,GeneratedTokens (time as YYYY-MM-DD HH:MM:SS) and pass the file, with --model for the model it was sent to.',
      gives: 'right-sizing, output cap, context trimming',
    },
    {
      export: 'request log with prefix block ids',
      how: 'Hash each 512-token block of the prompt together with all blocks before it (many inference servers log this as hash_ids). Write JSONL with timestamp (ms from start), input_length, output_length, hash_ids.',
      gives: 'all of the above and measured prompt caching',
    },
    {
      export: 'any file of a format that is understood',
      how: FORMATS.map(({ describe }) => describe).join('; '),
      gives: 'figures for what that format carries',
    },
  ];
}
