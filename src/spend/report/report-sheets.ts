import type { CompletedReport, Report } from '../../contracts/report.ts';
import { headline } from './headline.ts';
import { TECHNIQUE_TITLES } from './technique-titles.ts';

export type Cell = string | number | null;
/** The first row names the columns. */
export type ReportSheet = { name: string; rows: [heads: string[], ...rows: Cell[][]] };

function summary(report: CompletedReport): ReportSheet {
  const { baseline, total, source, price_book, assumptions } = report;
  return {
    name: 'Summary',
    rows: [
      ['What', 'Value', 'Unit'],
      ['Report', headline(report), null],
      ['Requests', baseline.requests, null],
      ['Window', source.window_hours, 'hours'],
      ['Input tokens', baseline.input_tokens, null],
      ['Output tokens', baseline.output_tokens, null],
      ['List price of the window', baseline.list_usd, 'USD'],
      ['A month at this rate', baseline.monthly_usd, 'USD'],
      ['Stated by you, a month', baseline.stated_monthly_usd, 'USD'],
      ['Saved a month, low', total.monthly_usd.low, 'USD'],
      ['Saved a month, expected', total.monthly_usd.expected, 'USD'],
      ['Saved a month, high', total.monthly_usd.high, 'USD'],
      ['Saved of the bill', total.percent, '%'],
      ['Price book', price_book.version, null],
      ...source.files.map(({ path, sha256 = null }): Cell[] => ['File', path, sha256 && `sha256 ${sha256}`]),
      ...assumptions.map(({ id, value, unit = null }): Cell[] => [`Assumption ${id}`, value, unit]),
    ],
  };
}

function recommendations({ recommendations: all }: CompletedReport): ReportSheet {
  return {
    name: 'Recommendations',
    rows: [
      [
        'Id',
        'Recommendation',
        'Segment',
        'Saves a month, low (USD)',
        'Saves a month, expected (USD)',
        'Saves a month, high (USD)',
        'Alone, a month (USD)',
        'Confidence',
        'Grade',
        'Effort (days)',
        'Effort (USD)',
        'Payback (months)',
        'Return in 12 months',
        'Phase',
        'Change',
        'Owner',
        'Keep it only if',
        'Take it back',
        'Formula',
        'Rows of evidence',
        'Evidence',
      ],
      ...all.map(({ technique, marginal_monthly_usd: saves, action, evidence, ...each }): Cell[] => [
        each.id,
        TECHNIQUE_TITLES[technique],
        each.segment,
        saves.low,
        saves.expected,
        saves.high,
        each.standalone_monthly_usd,
        each.confidence,
        each.grade,
        each.effort_days,
        each.effort_usd,
        each.payback_months,
        each.roi_12m,
        each.phase,
        action.change,
        action.owner,
        action.gate,
        action.rollback,
        each.formula,
        evidence.rows,
        evidence.query,
      ]),
    ],
  };
}

function plan({ plan: phases }: CompletedReport): ReportSheet {
  return {
    name: 'Plan',
    rows: [
      ['Phase', 'Weeks', 'What', 'Saved a month once done (USD)'],
      ...phases.map(({ phase, weeks, items, cumulative_monthly_usd }): Cell[] => [
        phase,
        weeks,
        items.join(', '),
        cumulative_monthly_usd,
      ]),
    ],
  };
}

function notComputable({ not_computable, not_recommended }: CompletedReport): ReportSheet {
  return {
    name: 'Not computable',
    rows: [
      ['Technique', 'Why', 'How to get it', 'A month (USD)'],
      ...not_computable.map(({ technique, missing, how_to_get_it }): Cell[] => [
        TECHNIQUE_TITLES[technique],
        `missing: ${missing}`,
        how_to_get_it,
        null,
      ]),
      ...not_recommended.map(({ technique, variant, reason, monthly_usd }): Cell[] => [
        `${TECHNIQUE_TITLES[technique]}${variant ? ` (${variant})` : ''}`,
        `not recommended: ${reason}`,
        null,
        monthly_usd,
      ]),
    ],
  };
}

/** The report as tables, for spreadsheets. Money is in US dollars a month unless the column says otherwise. */
export function reportSheets(report: Report): ReportSheet[] {
  if (report.status === 'completed') {
    return [summary(report), recommendations(report), plan(report), notComputable(report)];
  }
  const needed = report.needed.map((each): Cell[] => [each.export, each.how, each.gives]);
  return [{ name: 'What to export', rows: [['Export', 'How', 'Gives'], ...needed] }];
}
