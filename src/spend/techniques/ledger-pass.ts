import type { Candidate } from '../../contracts/cost-optimization.ts';
import type { Bound } from '../../contracts/report.ts';
import type { Duck } from '../duck.ts';
import { RATE_JOIN, ROW_COST } from '../prices/rate-sql.ts';
import { cents } from '../report/money.ts';
import { isComputed } from './technique.ts';
import { techniqueById } from './techniques.ts';

type LedgerPassOptions = {
  /** In the order they are applied. */
  candidates: Candidate[];
  bound: Bound;
};

/** `monthlyCents`: what each candidate takes off, by id. Those that take nothing off are not applied. */
export type LedgerPassResult = {
  baseCents: number;
  finalCents: number;
  applied: Map<string, number>;
  refused: Map<string, number>;
};

export type LedgerPass = (options: LedgerPassOptions) => Promise<LedgerPassResult>;

/**
 * Passes over table `base`, which is priced once for all of them. A pass applies the candidates one after the other, each
 * to what the ones before it left, and prices the ledger after each step.
 * Costs are rounded to cents before they are subtracted, so that the steps add up to the total exactly.
 */
export function createLedgerPass({
  duck,
  monthlyFactor,
}: {
  duck: Duck;
  /** Dollars of the window to dollars a month. */
  monthlyFactor: number;
}): LedgerPass {
  const priced = async (table: string) => cents((await tableCost(duck, table)) * monthlyFactor);
  let base: Promise<number> | undefined;

  return async ({ candidates, bound }) => {
    const baseCents = await (base ??= priced('base'));
    let [current, currentCents] = ['base', baseCents];
    const applied = new Map<string, number>();
    const refused = new Map<string, number>();
    for (const [index, candidate] of candidates.entries()) {
      const technique = techniqueById(candidate.technique);
      if (!isComputed(technique)) continue;
      const next = `step_${index}`;
      await duck.run(
        `CREATE OR REPLACE TEMP TABLE ${next} AS ${technique.transform(current, candidate.params[bound])}`,
      );
      const nextCents = await priced(next);
      const saved = currentCents - nextCents;
      const [kept, dropped] = saved > 0 ? [next, current] : [current, next];
      (saved > 0 ? applied : refused).set(candidate.id, saved);
      if (dropped !== 'base') await duck.run(`DROP TABLE ${dropped}`);
      if (saved > 0) currentCents = nextCents;
      current = kept;
    }
    if (current !== 'base') await duck.run(`DROP TABLE ${current}`);
    return { baseCents, finalCents: currentCents, applied, refused };
  };
}

/** List price of a working table, in dollars of the window. */
async function tableCost(duck: Duck, table: string): Promise<number> {
  const [row] = await duck.rows<{ usd: number; rows: number; priced: number }>(
    `SELECT coalesce(sum(${ROW_COST}), 0) AS usd, count(r.model)::DOUBLE AS priced, count(*)::DOUBLE AS rows
      FROM ${table} l LEFT ${RATE_JOIN}`,
  );
  // A row without a rate would cost nothing and read as a saving.
  if (!row || row.priced !== row.rows)
    throw new Error(`${row ? row.rows - row.priced : 'all'} rows of ${table} have no rate`);
  return row.usd;
}
