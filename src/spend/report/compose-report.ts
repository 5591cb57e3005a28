import type { ReportingInput, TriageOutput } from '../../contracts/cost-optimization.ts';
import type { CompletedReport, Report } from '../../contracts/report.ts';
import { exportRecipes } from '../export-recipes.ts';
import { cents } from './money.ts';

/** The report as it travels, from what the stages found. Pure: the same input gives the same report. */
export function composeReport(input: ReportingInput): CompletedReport {
  const { source, baseline, bad_rows, notes, segments, monthly_factor } = input;
  return {
    status: 'completed',
    title: `${source.label ?? source.format}, priced as ${baseline.model ?? 'billed'}`,
    notes,
    source: bad_rows.length > 0 ? { ...source, bad_rows } : source,
    baseline,
    spend_by_model: segments.map(({ model, provider, requests, list_usd }) => ({
      model,
      provider,
      requests,
      list_usd,
      monthly_usd: cents(list_usd * monthly_factor) / 100,
    })),
    recommendations: input.recommendations,
    total: input.total,
    plan: input.plan,
    not_recommended: input.not_recommended,
    not_computable: input.not_computable,
    price_book: input.price_book,
    assumptions: input.assumptions,
  };
}

/** The report when there is nothing to compute from: no figure at all, but what to export. */
export function composeInsufficientReport({ reason, needed }: Pick<TriageOutput, 'reason' | 'needed'>): Report {
  return { status: 'insufficient_data', reason, needed: needed ?? exportRecipes() };
}
