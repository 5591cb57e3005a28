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
    ), numbered AS (
      SELECT *, row_number() OVER (ORDER BY ts, row_id, requests) AS turn FROM prompts
    ), uses AS (
      SELECT turn, ts, source_file, unnest(range(1, blocks + 1)) AS position, unnest(ids[:blocks]) AS id FROM numbered
    ), gaps AS (
      SELECT turn, position, ts - lag(ts) OVER (PARTITION BY source_file, id ORDER BY turn) AS gap FROM uses
    ), misses AS (
      SELECT turn, min(position) AS first FROM gaps WHERE gap IS NULL OR gap > INTERVAL ${ttlMinutes} MINUTE GROUP BY turn
    ), prefixes AS (
      SELECT row_id, requests, blocks * size AS total, (coalesce(first, blocks + 1) - 1) * size AS found
      FROM numbered LEFT JOIN misses USING (turn) WHERE blocks > 0
    )
    SELECT row_id, requests, CASE WHEN found >= ${minimumTokens} THEN found ELSE 0 END AS read, total - read AS written
    FROM prefixes`;
}
