import { sqlText } from '../sql-text.ts';

export type SimulateCacheOptions = {
  /** Working table whose requests are replayed. */
  source: string;
  /** As `provider/model`; caches of two models share nothing. */
  model: string;
  /** How long a block stays since its last use. */
  ttlMinutes: number;
  /** Shorter prompts are not cached, and a shorter prefix is not read. */
  minimumTokens: number;
};

/**
 * SELECT of `row_id`, `requests`, `read`, `written`: tokens per request that a provider's prompt cache would serve and store.
 *
 * Only full blocks count, a partial last one is neither read nor written. The prefix read is the leading run of blocks used
 * within the time to live; a use refreshes a block, and a block that is not read is written, so the previous occurrence of an id
 * is always its last refresh. That turns the replay into one window function, which spills to disk where a map would not.
 * Blocks follow the prompt's present length: a trimmed prompt has fewer.
 */
export function simulateCacheSql({ source, model, ttlMinutes, minimumTokens }: SimulateCacheOptions): string {
  return `WITH prompts AS (
      SELECT s.row_id, s.requests, l.ts, l.source_file, l.prefix_blocks AS ids, l.prefix_block_tokens AS size,
        least(len(l.prefix_blocks), floor(s.input_tokens / s.requests / l.prefix_block_tokens)::BIGINT) AS blocks
      FROM ${source} s JOIN ledger l USING (row_id)
      WHERE s.model = ${sqlText(model)} AND s.requests > 0 AND s.input_tokens / s.requests >= ${minimumTokens}
    ), uses AS (
      SELECT row_id, requests, ts, source_file, size, position, ids[position] AS id
      FROM prompts, unnest(range(1, blocks + 1)) AS t(position)
    ), gaps AS (
      SELECT row_id, requests, size, position,
        ts - lag(ts) OVER (PARTITION BY source_file, id ORDER BY ts, row_id, requests) AS gap
      FROM uses
    ), prefixes AS (
      SELECT row_id, requests, any_value(size) AS size, max(position) AS blocks,
        coalesce(min(position) FILTER (gap IS NULL OR gap > INTERVAL ${ttlMinutes} MINUTE), max(position) + 1) - 1 AS found
      FROM gaps GROUP BY row_id, requests
    ), served AS (
      SELECT row_id, requests, blocks * size AS total,
        CASE WHEN found * size >= ${minimumTokens} THEN found * size ELSE 0 END AS read
      FROM prefixes
    )
    SELECT row_id, requests, read, total - read AS written FROM served`;
}
