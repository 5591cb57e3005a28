import { sqlText } from '../sql-text.ts';
import type { PricedModel } from './price-book.ts';

/** Creates table `rates`: one row per model and input range. Asking the catalogue per row would take a second per 100,000 rows. */
export function createRatesSql(models: PricedModel[]): string {
  const unique = [...new Map(models.map((model) => [model.key, model])).values()];
  const rows = unique.flatMap(({ key, card }) =>
    card.map(
      (rate) =>
        `(${sqlText(key)}, ${[rate.above, rate.upTo, rate.input, rate.cacheRead, rate.cacheWrite, rate.cacheWrite1h, rate.output].join(', ')})`,
    ),
  );
  return `CREATE OR REPLACE TEMP TABLE rates AS SELECT * FROM (VALUES ${rows.join(', ')})
    AS r(model, above, up_to, p_in, p_cr, p_cw, p_cw1h, p_out)`;
}

/** Joins rows `l` to their rate `r` by model and by the input of the mean request. */
export const RATE_JOIN = `JOIN rates r ON r.model = l.model
  AND l.input_tokens / l.requests > r.above AND l.input_tokens / l.requests <= r.up_to`;

/** List price of row `l` at rate `r`, in US dollars; test/support/price-usage.ts has the same arithmetic by itself. */
export const ROW_COST = `((l.input_tokens - l.cache_read_tokens - l.cache_write_5m - l.cache_write_1h) * r.p_in
  + l.cache_read_tokens * r.p_cr + l.cache_write_5m * r.p_cw + l.cache_write_1h * r.p_cw1h
  + l.output_tokens * r.p_out) / 1e6`;
