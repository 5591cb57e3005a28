import { basename } from 'node:path';
import { checkNumber } from './check-number.ts';
import type { Format } from './format.ts';
import { scanLines } from './scan-lines.ts';

/** Tokens that one entry of `hash_ids` stands for. */
const BLOCK_TOKENS = 512;

const WHOLE_NUMBERS = String.raw`\[\s*([0-9]{1,15}(\s*,\s*[0-9]{1,15})*)?\s*\]`;

/** Mooncake trace (FAST'25): one request a line, with ids of its prompt's prefix blocks; equal leading ids, equal prefix. */
export const mooncakeTrace: Format = {
  id: 'mooncake_trace',
  describe: 'Mooncake trace, JSONL with timestamp, input_length, output_length, hash_ids',
  grade: 'P',
  clock: 'relative',
  keys: ['timestamp', 'input_length', 'output_length', 'hash_ids'],
  detect: ({ lines }) => isRequest(lines[0]),
  isDataLine: isRequest,
  // The three numbers in one go, as each extraction parses the line anew.
  scan: (path) => `SELECT source_row, entry, numbers[1] AS moment, numbers[2] AS input, numbers[3] AS output,
      CAST(hash_ids AS VARCHAR) AS ids, TRY_CAST(hash_ids AS BIGINT[]) AS blocks
    FROM (SELECT source_row, entry, entry->'hash_ids' AS hash_ids,
        entry->>['timestamp', 'input_length', 'output_length'] AS numbers
      FROM (SELECT source_row, TRY_CAST(line AS JSON) AS entry FROM (${scanLines(path)})))`,
  checks: [
    { when: 'entry IS NULL', reason: `'not a line of JSON (cut off?)'` },
    ...checkNumber('timestamp', 'moment'),
    ...checkNumber('input_length', 'input'),
    ...checkNumber('output_length', 'output'),
    // The cast alone will not do: it makes NULL of a word in the list and rounds 1.5 to 2.
    {
      when: `NOT coalesce(regexp_full_match(ids, '${WHOLE_NUMBERS}'), false)`,
      reason: `'hash_ids is not a list of whole numbers'`,
    },
    {
      when: `len(blocks) <> ceil(CAST(input AS DOUBLE) / ${BLOCK_TOKENS})`,
      reason: `'hash_ids has ' || len(blocks) || ' entries for ' || input || ' tokens'`,
    },
  ],
  columns: {
    ts: `make_timestamp(TRY_CAST(moment AS BIGINT) * 1000)`,
    granularity: `'request'`,
    requests: '1',
    input_tokens: 'TRY_CAST(input AS DOUBLE)',
    output_tokens: 'TRY_CAST(output AS DOUBLE)',
    prefix_blocks: 'blocks',
    prefix_block_tokens: String(BLOCK_TOKENS),
  },
  label: ({ path }) => {
    const kind = /conversation|toolagent|synthetic/i.exec(basename(path))?.[0].toLowerCase();
    return ['Mooncake', kind, 'traffic'].filter(Boolean).join(' ');
  },
};

function isRequest(line: string | undefined): boolean {
  try {
    const entry = JSON.parse(line ?? '') as Record<string, unknown>;
    return typeof entry === 'object' && entry !== null && 'hash_ids' in entry && 'input_length' in entry;
  } catch {
    return false;
  }
}
