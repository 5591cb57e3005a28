import type { CostOptimizationInput } from '../../src/contracts/cost-optimization.ts';
import type { Report } from '../../src/contracts/report.ts';
import { planActions } from '../../src/spend/actions/plan-actions.ts';
import { buildLedger } from '../../src/spend/ledger/build-ledger.ts';
import { optimize } from '../../src/spend/optimize.ts';
import { composeInsufficientReport } from '../../src/spend/report/compose-report.ts';
import { writeReport } from '../../src/spend/report/write-report.ts';
import { runTriage } from '../../src/spend/run-triage.ts';

export type AnalyseOptions = CostOptimizationInput & {
  /** Folder for the ledger. */
  dir: string;
  /** The moment whose prices count, ISO 8601. */
  pricedAt: string;
  memoryLimit?: string;
  signal?: AbortSignal;
};

/** All stages of the cost workflow in one process, without agents: the reference the orchestrated run must agree with. */
export async function analyse({ dir, pricedAt, memoryLimit, signal, ...input }: AnalyseOptions): Promise<Report> {
  const triage = await runTriage({ ...input, signal });
  if (triage.data_sufficiency === 'insufficient') return composeInsufficientReport(triage);
  const data = await buildLedger({
    ...input,
    files: triage.files,
    stated_monthly_usd: triage.stated_monthly_usd,
    priced_at: pricedAt,
    dir,
    memoryLimit,
    signal,
  });
  const optimized = await optimize({ ...data, set: input.set, memoryLimit, signal });
  const actions = planActions({ ...optimized, effort_rate_usd_per_day: input.effort_rate_usd_per_day });
  const assumptions = [...optimized.assumptions, ...actions.assumptions];
  const { report } = await writeReport({ ...data, ...optimized, ...actions, assumptions });
  return report;
}
