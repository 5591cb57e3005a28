import type { Candidate } from '../../contracts/cost-optimization.ts';
import type { Bound } from '../../contracts/report.ts';
import type { Duck } from '../duck.ts';
import { RATE_JOIN, ROW_COST } from '../prices/rate-sql.ts';
import { cents } from '../report/money.ts';
import { isComputed } from './technique.ts';
import { techniqueById } from './techniques.ts';

export type LedgerPassOptions = {
  duck: Duck;
  /** In the order they are applied. */
  candidates: Candidate[];
  bound: Bound;
  /** Dollars of the window to dollars a month. */
  monthlyFactor: number;
};

/** `monthlyCents`: what each candidate takes off, by id. Those that take nothing off are not applied. */
export type LedgerPassResult = {
  baseCents: number;
  finalCents: number;
  applied: Map<string, number>;
  refused: Map<string, number>;
};

/**
 * Applies the candidates one after the other, each to what the ones before it left, and prices the ledger after each step.
 * Costs are rounded to cents before they are subtracted, so that the steps add up to the total exactly.
 */
export async function ledgerPass({
  duck,
  candidates,
  bound,
  monthlyFactor,
}: LedgerPassOptions): Promise<LedgerPassResult> {
  const priced = async (table: string) => cents((await tableCost(duck, table)) * monthlyFactor);
  const baseCents = await priced('base');
  let [current, currentCents] = ['base', baseCents];
  const applied = new Map<string, number>();
  const refused = new Map<string, number>();
  for (const [index, candidate] of candidates.entries()) {
    const technique = techniqueById(candidate.technique);
    if (!isComputed(technique)) continue;
    const next = `step_${index}`;
    await duck.run(`CREATE OR REPLACE TEMP TABLE ${next} AS ${technique.transform(current, candidate.params[bound])}`);
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
}

/** List price of a working table, in dollars of the window. */
async function tableCost(duck: Duck, table: string): Promise<number> {
  const [row] = await duck.rows<{ usd: number; rows: number; priced: number }>(
    `SELECT coalesce(sum(${ROW_COST}), 0) AS usd, count(*)::DOUBLE AS priced, (SELECT count(*)::DOUBLE FROM ${table}) AS rows
      FROM ${table} l ${RATE_JOIN}`,
  );
  // A row without a rate would drop out of the join and read as a saving.
  if (!row || row.priced !== row.rows)
    throw new Error(`${row ? row.rows - row.priced : 'all'} rows of ${table} have no rate`);
  return row.usd;
}
