import type { CompletedReport, Report } from '../../contracts/report.ts';
import { condition, headline } from './headline.ts';
import { usd } from './money.ts';
import { TECHNIQUE_TITLES } from './technique-titles.ts';

const WIDTH = 108;

/** The report for a terminal: plain text, no colour, at most 108 columns where the input allows. */
export function renderText(report: Report): string {
  if (report.status === 'insufficient_data')
    return lines([
      'No figures: the data is not sufficient.',
      report.reason ?? '',
      'What to export:',
      ...report.needed.flatMap((each) => [`  * ${each.export}`, `    ${each.how}`, `    gives: ${each.gives}`]),
    ]);
  const { total, baseline } = report;
  const { low, expected, high } = total.monthly_usd;
  // The first line stays whole, whatever the width: its condition must not be lost with a second one.
  return `${headline(report)}\n${lines([
    condition(baseline),
    ...(baseline.stated_monthly_usd === null ? [] : [`You stated ${usd(baseline.stated_monthly_usd)} a month.`]),
    '',
    `Saves ${usd(expected)} a month (${usd(low)} to ${usd(high)}), ${total.percent.toFixed(1)}%; ${usd(12 * expected)} a year.`,
    '',
    ...table(report),
    '',
    ...report.plan.map(
      (phase) => `Phase ${phase.phase} (week ${phase.weeks}): ${usd(phase.cumulative_monthly_usd)} a month once done`,
    ),
    ...report.not_recommended.map(
      (each) =>
        `Not recommended: ${TECHNIQUE_TITLES[each.technique]}${each.variant ? ` (${each.variant})` : ''}, ${each.reason}, ${each.percent.toFixed(2)}%`,
    ),
    '',
    `Cannot be said from this data: ${report.not_computable.map((each) => TECHNIQUE_TITLES[each.technique]).join('; ') || 'nothing'}.`,
    ...rejectedRows(report.source),
    ...(report.notes ?? []).slice(1),
  ])}`;
}

function rejectedRows({ rejected_rows, bad_rows = [] }: CompletedReport['source']): string[] {
  if (rejected_rows === 0) return [];
  const which = bad_rows.length < rejected_rows ? `; the first ${bad_rows.length}` : '';
  return [
    `${rejected_rows} ${rejected_rows === 1 ? 'row' : 'rows'} could not be used${which}:`,
    ...bad_rows.map(({ file, row, reason }) => `  ${file}, row ${row}: ${reason}`),
  ];
}

function table({ recommendations }: CompletedReport): string[] {
  const rows = recommendations.map(({ technique, marginal_monthly_usd: saves, ...each }) => [
    TECHNIQUE_TITLES[technique],
    usd(saves.expected),
    `${usd(saves.low)} to ${usd(saves.high)}`,
    `${Math.round(100 * each.confidence)}%`,
    `${each.effort_days}`,
    each.payback_months === null ? '-' : `${each.payback_months}`,
    `${each.phase}`,
  ]);
  const all = [
    ['Recommendation', '$/month', 'low to high', 'confidence', 'days', 'payback (months)', 'phase'],
    ...rows,
  ];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

/** Breaks a sentence at spaces; what is indented or aligned stays as it is. */
function wrapped(line: string): string {
  if (line.length <= WIDTH || line.includes('  ')) return line;
  const at = line.lastIndexOf(' ', WIDTH);
  return at < 0 ? line : `${line.slice(0, at)}\n${wrapped(line.slice(at + 1))}`;
}

function lines(all: string[]): string {
  return `${all.map(wrapped).join('\n')}\n`;
}
