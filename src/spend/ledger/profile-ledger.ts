import type { SegmentProfile, Signals } from '../../contracts/cost-optimization.ts';
import type { Duck } from '../duck.ts';

/** Models profiled one by one; the rest count in the totals only. */
const SEGMENTS_LISTED = 20;

export type LedgerProfile = {
  requests: number;
  input_tokens: number;
  output_tokens: number;
  list_usd: number;
  first_ms: number;
  last_ms: number;
  signals: Signals;
  segments: SegmentProfile[];
};

/** Sums, time span, what is known about the rows, and the size of requests per model. `view` is the ledger's name in `duck`. */
export async function profileLedger(duck: Duck, view: string): Promise<LedgerProfile> {
  const [sums] = await duck.rows<Omit<LedgerProfile, 'signals' | 'segments'>>(`SELECT sum(requests) AS requests,
      sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, round(sum(cost_list_usd), 6) AS list_usd,
      epoch_ms(min(ts))::DOUBLE AS first_ms, epoch_ms(max(ts))::DOUBLE AS last_ms FROM ${view}`);
  const [signals] = await duck.rows<Signals>(`SELECT bool_and(granularity = 'request') AS request_rows,
      count(prefix_blocks) > 0 AS prefix_blocks, coalesce(sum(reasoning_tokens), 0) > 0 AS reasoning_tokens,
      count(service_tier) > 0 AS service_tier, count(coalesce(key_id, project, tags[1])) > 0 AS labels,
      count(status) > 0 AS status, count(dup_key) > 0 AS duplicate_keys FROM ${view}`);
  const segments = await duck.rows<Record<string, number | string>>(`SELECT model, provider, sum(requests) AS requests,
      round(sum(cost_list_usd), 6) AS list_usd, ${sizeSql('input')}, ${sizeSql('output')}
    FROM ${view} GROUP BY model, provider ORDER BY list_usd DESC, model LIMIT ${SEGMENTS_LISTED}`);
  return { ...(sums as LedgerProfile), signals: signals as Signals, segments: segments.map(toSegment) };
}

function sizeSql(side: 'input' | 'output'): string {
  const size = `${side}_tokens / requests`;
  return `avg(${size}) AS ${side}_mean, quantile_disc(${size}, 0.5) AS ${side}_p50,
    quantile_disc(${size}, 0.95) AS ${side}_p95, max(${size}) AS ${side}_max`;
}

function toSegment(row: Record<string, number | string>): SegmentProfile {
  const size = (side: string) => ({
    mean: Number(row[`${side}_mean`]),
    p50: Number(row[`${side}_p50`]),
    p95: Number(row[`${side}_p95`]),
    max: Number(row[`${side}_max`]),
  });
  return {
    model: String(row.model),
    provider: String(row.provider),
    requests: Number(row.requests),
    list_usd: Number(row.list_usd),
    input_tokens: size('input'),
    output_tokens: size('output'),
  };
}
