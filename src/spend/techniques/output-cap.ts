import type { Candidate } from '../../contracts/cost-optimization.ts';
import { sqlText } from '../sql-text.ts';
import { byBound, perBound } from './assumptions.ts';
import type { ComputedTechnique } from './technique.ts';
import { withColumns } from './working-table.ts';

/** Limits answers to a high quantile of what they are today. The low bound caps only at p99, as a cap that truncates is raised. */
export const outputCap: ComputedTechnique = {
  id: 'output_cap',
  phase: 1,
  certainty: 'behaviour',
  effortDays: 0.5,
  assumptions: perBound(
    'output_cap.quantile',
    { low: 0.99, expected: 0.95, high: 0.95 },
    'answers are capped at this quantile',
    'quantile',
  ),
  lacks: ({ request_rows }) =>
    request_rows ? null : { missing: 'request rows', how_to_get_it: 'Export one row per request: a mean has no tail.' },
  propose: async ({ duck, segments, assumptions }) => {
    return Promise.all(
      segments.map(async ({ model }): Promise<Candidate> => {
        const where = `model = ${sqlText(model)}`;
        const quantiles = byBound((bound) => Math.min(1, assumptions.bound('output_cap.quantile', bound)));
        const [found] = await duck.rows<{ low: number; expected: number; high: number; rows: number }>(
          `WITH cut AS (SELECT quantile_disc(output_tokens / requests, ${quantiles.low}) AS low,
              quantile_disc(output_tokens / requests, ${quantiles.expected}) AS expected,
              quantile_disc(output_tokens / requests, ${quantiles.high}) AS high FROM ledger WHERE ${where})
            SELECT any_value(low) AS low, any_value(expected) AS expected, any_value(high) AS high,
              count(*) FILTER (output_tokens / requests > expected)::DOUBLE AS rows FROM ledger, cut WHERE ${where}`,
        );
        const cap = found ?? { low: 0, expected: 0, high: 0, rows: 0 };
        return {
          id: `output_cap:${model}`,
          technique: 'output_cap',
          segment: `${model}, answers over ${cap.expected} tokens`,
          model,
          params: byBound((bound) => ({ model, cap: cap[bound], quantile: quantiles[bound] })),
          formula: 'sum of max(0, output - cap) x output price; cap = quantile of output tokens',
          evidence: {
            rows: cap.rows,
            query: `SELECT count(*) AS rows, sum(output_tokens - requests * ${cap.expected}) AS tokens FROM ledger WHERE ${where} AND output_tokens / requests > ${cap.expected}`,
          },
        };
      }),
    );
  },
  transform: (source, params) => {
    const capped = `CASE WHEN s.model = ${sqlText(String(params.model))} THEN least(s.output_tokens, s.requests * ${params.cap}) ELSE s.output_tokens END`;
    return `SELECT ${withColumns({ output_tokens: capped })} FROM ${source} s`;
  },
};
