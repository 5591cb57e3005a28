import type { CostOptimizationInput } from '../contracts/cost-optimization.ts';
import type { Report } from '../contracts/report.ts';
import { planActions } from './actions/plan-actions.ts';
import { buildLedger } from './ledger/build-ledger.ts';
import { optimize } from './optimize.ts';
import type { OnStep } from './progress.ts';
import { composeInsufficientReport } from './report/compose-report.ts';
import { writeReport } from './report/write-report.ts';
import { runTriage } from './run-triage.ts';

export type AnalyseOptions = CostOptimizationInput & {
  /** Folder for the ledger. */
  dir: string;
  /** The moment whose prices count, ISO 8601. */
  pricedAt: string;
  memoryLimit?: string;
  signal?: AbortSignal;
  onStep?: OnStep;
};

/** All stages in one process, without agents: the reference the orchestrated run must agree with. */
export async function analyse({
  dir,
  pricedAt,
  memoryLimit,
  signal,
  onStep,
  ...input
}: AnalyseOptions): Promise<Report> {
  const triage = await runTriage({ ...input, signal, onStep });
  if (triage.data_sufficiency === 'insufficient') return composeInsufficientReport(triage);
  const data = await buildLedger({
    ...input,
    files: triage.files,
    stated_monthly_usd: triage.stated_monthly_usd,
    priced_at: pricedAt,
    dir,
    memoryLimit,
    signal,
    onStep,
  });
  const optimized = await optimize({ ...data, set: input.set, memoryLimit, signal, onStep });
  const actions = planActions({ ...optimized, effort_rate_usd_per_day: input.effort_rate_usd_per_day });
  const assumptions = [...optimized.assumptions, ...actions.assumptions];
  const { report } = await writeReport({ ...data, ...optimized, ...actions, assumptions, onStep });
  return report;
}
