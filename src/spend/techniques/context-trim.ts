import type { Candidate } from '../../contracts/cost-optimization.ts';
import { sqlText } from '../sql-text.ts';
import { byBound, perBound } from './assumptions.ts';
import type { ComputedTechnique } from './technique.ts';
import { withColumns } from './working-table.ts';

/** Shortens the longest prompts towards p95. All of the excess is an upper bound nobody reaches, hence the adoption share. */
export const contextTrim: ComputedTechnique = {
  id: 'context_trim',
  phase: 3,
  certainty: 'exposure',
  effortDays: 5,
  assumptions: [
    {
      id: 'context_trim.quantile',
      value: 0.95,
      unit: 'quantile',
      meaning: 'input above this quantile counts as excess',
    },
    ...perBound(
      'context_trim.adoption',
      { low: 0.3, expected: 0.45, high: 0.6 },
      'share of the excess that is really removed',
      'share',
    ),
  ],
  lacks: ({ request_rows }) =>
    request_rows ? null : { missing: 'request rows', how_to_get_it: 'Export one row per request: a mean has no tail.' },
  propose: async ({ duck, segments, assumptions }) => {
    const quantile = Math.min(1, assumptions.value('context_trim.quantile'));
    return Promise.all(
      segments.map(async ({ model }): Promise<Candidate> => {
        const where = `model = ${sqlText(model)}`;
        const [found] = await duck.rows<{ threshold: number; rows: number; excess: number }>(
          `WITH cut AS (SELECT quantile_disc(input_tokens / requests, ${quantile}) AS threshold FROM ledger WHERE ${where})
            SELECT any_value(threshold) AS threshold, count(*) FILTER (input_tokens / requests > threshold)::DOUBLE AS rows,
              coalesce(sum(greatest(0, input_tokens - requests * threshold)), 0) AS excess FROM ledger, cut WHERE ${where}`,
        );
        const { threshold, rows, excess } = found ?? { threshold: 0, rows: 0, excess: 0 };
        return {
          id: `context_trim:${model}`,
          technique: 'context_trim',
          segment: `${model}, prompts over ${threshold} tokens`,
          model,
          params: byBound((bound) => ({
            model,
            threshold,
            excess_tokens: excess,
            adoption: Math.min(1, assumptions.bound('context_trim.adoption', bound)),
          })),
          formula:
            'adoption x sum of max(0, input - threshold) x input price in force; threshold = quantile of input tokens',
          evidence: {
            rows,
            query: `SELECT count(*) AS rows, sum(input_tokens - requests * ${threshold}) AS tokens FROM ledger WHERE ${where} AND input_tokens / requests > ${threshold}`,
          },
        };
      }),
    );
  },
  transform: (source, params) => {
    const cut = `${params.adoption} * greatest(0, s.input_tokens - s.requests * ${params.threshold})`;
    const kept = `CASE WHEN s.model = ${sqlText(String(params.model))} THEN s.input_tokens - ${cut} ELSE s.input_tokens END`;
    // What a trimmed prompt no longer holds cannot be read from or written to a cache either.
    const share = (name: string) =>
      `CASE WHEN s.input_tokens > 0 THEN s.${name} * (${kept}) / s.input_tokens ELSE 0 END`;
    return `SELECT ${withColumns({
      input_tokens: kept,
      cache_read_tokens: share('cache_read_tokens'),
      cache_write_5m: share('cache_write_5m'),
      cache_write_1h: share('cache_write_1h'),
    })} FROM ${source} s`;
  },
};
