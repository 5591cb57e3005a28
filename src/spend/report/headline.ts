import type { Baseline, CompletedReport } from '../../contracts/report.ts';
import { usd } from './money.ts';

/** The report's first line: what the traffic is, what it is priced as, and the condition every monthly figure stands under. */
export function headline({ title, source, baseline }: CompletedReport): string {
  return `${title ?? source.format}: ${usd(baseline.monthly_usd)} a month ${shortCondition(baseline)}`;
}

/** The same condition as a sentence. */
export function condition(baseline: Baseline): string {
  return baseline.monthly_basis === 'run_rate'
    ? "Every monthly and yearly figure here holds if this window's rate held all month."
    : 'Monthly figures follow the daily medians of the file.';
}

function shortCondition({ monthly_basis }: Baseline): string {
  if (monthly_basis === 'run_rate') return "if this window's rate held all month";
  return monthly_basis === 'calendar' ? 'by daily medians' : 'as billed';
}
