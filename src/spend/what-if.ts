import { DEFAULT_EFFORT_RATE_USD_PER_DAY, type DataHelperOutput } from '../contracts/cost-optimization.ts';
import { nearestName } from '../contracts/nearest-names.ts';
import { BOUNDS, type Report } from '../contracts/report.ts';
import { planActions } from './actions/plan-actions.ts';
import { optimize } from './optimize.ts';
import { composeReport } from './report/compose-report.ts';
import { optimizerAssumptions } from './techniques/open-optimizer.ts';

/** The one assumption that belongs to the plan, not to a technique. */
const EFFORT_RATE = 'effort_rate_usd_per_day';

export type WhatIfOptions = {
  /** What `data_helper` found when the run was made; its ledger must still be there. */
  data: DataHelperOutput;
  /** Assumptions by their names in the report. */
  set: Record<string, number>;
  signal?: AbortSignal;
};

/** Unknown names for which a known one is looked for: each is compared with every assumption. */
const MAX_SUGGESTIONS = 10;

/** Names in `set` that no assumption has, the first ten with the name each may be a misspelling of. */
export function unknownAssumptions(set: Record<string, number>): { name: string; nearest: string | undefined }[] {
  const ids = optimizerAssumptions(undefined).list.map(({ id }) => id);
  const ending = new RegExp(`\\.(${BOUNDS.join('|')})$`);
  // A name without its bound stands for all three.
  const known = new Set([EFFORT_RATE, ...ids, ...ids.map((id) => id.replace(ending, ''))]);
  return Object.keys(set)
    .filter((name) => !known.has(name))
    .map((name, n) => ({ name, nearest: n < MAX_SUGGESTIONS ? nearestName(name, known) : undefined }));
}

/**
 * The report as it would be with other assumptions, from the same ledger at the same prices. Nothing is written.
 *
 * @throws SpendError `invalid_input` for an unknown name, or when the ledger or the file of own prices is gone or changed
 */
export async function whatIf({ data, set, signal }: WhatIfOptions): Promise<Report> {
  const { [EFFORT_RATE]: rate = DEFAULT_EFFORT_RATE_USD_PER_DAY, ...techniques } = set;
  const optimized = await optimize({ ...data, set: techniques, signal });
  const planned = planActions({ ...optimized, effort_rate_usd_per_day: rate });
  const assumptions = [...optimized.assumptions, ...planned.assumptions];
  return composeReport({ ...data, ...optimized, ...planned, assumptions });
}
