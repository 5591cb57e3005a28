import type { CompletedReport, Recommendation, Report } from '../../contracts/report.ts';
import { condition, headline } from './headline.ts';
import { usd } from './money.ts';
import { TECHNIQUE_TITLES } from './technique-titles.ts';

/** The report as a Markdown document for a reader who decides about money. */
export function renderMarkdown(report: Report): string {
  if (report.status === 'insufficient_data') {
    const needed = report.needed.map((each) => `- **${each.export}**. ${each.how} Gives: ${each.gives}.`);
    return page(['# No figures: the data is not sufficient', report.reason ?? '', '## What to export', ...needed]);
  }
  return page([
    `# ${headline(report)}`,
    ...summary(report),
    '## Recommendations',
    ...recommendationTable(report),
    ...report.recommendations.flatMap((each) => details(each)),
    '## Plan',
    ...planTable(report),
    ...notRecommended(report),
    '## What cannot be said from this data',
    ...report.not_computable.map(
      (each) => `- **${TECHNIQUE_TITLES[each.technique]}**: missing is ${each.missing}. ${each.how_to_get_it}`,
    ),
    ...grounds(report),
  ]);
}

/** Table rows and list items belong together; everything else is a paragraph. */
function page(blocks: string[]): string {
  const shown = blocks.filter((block) => block !== '');
  const kind = (block: string) => (block.startsWith('|') ? 'row' : block.startsWith('- ') ? 'item' : '');
  const joined = shown.map((block, index) => {
    const previous = shown[index - 1];
    if (previous === undefined) return block;
    return kind(block) !== '' && kind(previous) === kind(block) ? `\n${block}` : `\n\n${block}`;
  });
  return `${joined.join('')}\n`;
}

function summary({ baseline, total, source, notes = [] }: CompletedReport): string[] {
  const { low, expected, high } = total.monthly_usd;
  return [
    `All recommendations together save **${usd(expected)} a month** (${usd(low)} to ${usd(high)}), ${total.percent.toFixed(1)}% of ${usd(baseline.monthly_usd)}; in a year ${usd(12 * expected)}. ${condition(baseline)}`,
    '|   | |',
    '|---|---:|',
    `| Requests in the file | ${baseline.requests.toLocaleString('en-US')} in ${source.window_hours.toFixed(3)} hours |`,
    `| Input and output tokens | ${baseline.input_tokens.toLocaleString('en-US')} and ${baseline.output_tokens.toLocaleString('en-US')} |`,
    `| List price of the window | ${usd(baseline.list_usd)} |`,
    `| A month at this rate | ${usd(baseline.monthly_usd)} |`,
    ...(baseline.stated_monthly_usd === null
      ? []
      : [`| Stated by you, a month | ${usd(baseline.stated_monthly_usd)} |`]),
    ...notes.map((note) => `- ${note}`),
  ];
}

function recommendationTable({ recommendations }: CompletedReport): string[] {
  if (recommendations.length === 0) return ['Nothing in this data saves money. See below what was tried.'];
  return [
    '| # | Recommendation | Saves a month at this rate | Low to high | Confidence | Effort | Payback | Phase |',
    '|---:|---|---:|---:|---:|---:|---:|---:|',
    ...recommendations.map(({ technique, marginal_monthly_usd: saves, ...each }, index) =>
      [
        '',
        index + 1,
        TECHNIQUE_TITLES[technique],
        usd(saves.expected),
        `${usd(saves.low)} to ${usd(saves.high)}`,
        `${Math.round(100 * each.confidence)}%`,
        `${each.effort_days} days (${usd(each.effort_usd)})`,
        each.payback_months === null ? 'not said' : `${each.payback_months} months`,
        each.phase,
        '',
      ]
        .join(' | ')
        .trim(),
    ),
    'Each figure is what the change adds after the ones applied before it, so they add up to the total. Low, expected and high are separate passes over the rows: a change may add less in the high case when another one has already taken its tokens.',
  ];
}

function details({ technique, segment, action, formula, inputs, evidence, ...each }: Recommendation): string[] {
  return [
    `### ${TECHNIQUE_TITLES[technique]}`,
    `Where: ${segment}. Alone it would save ${usd(each.standalone_monthly_usd)} a month at this rate (${each.standalone_percent.toFixed(2)}%).${slow(each.payback_months)}`,
    `- Change: ${action.change}`,
    `- Owner: ${action.owner}`,
    `- Keep it only if: ${action.gate}`,
    `- Take it back: ${action.rollback}`,
    `- Formula: ${formula}`,
    `- Inputs: ${Object.entries(inputs)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ')}`,
    `- Evidence: ${evidence.rows.toLocaleString('en-US')} rows (grade ${each.grade}), \`${evidence.query}\``,
  ];
}

function slow(paybackMonths: number | null): string {
  return paybackMonths !== null && paybackMonths > 12 ? ' At this effort it does not pay back within a year.' : '';
}

function planTable({ plan, recommendations }: CompletedReport): string[] {
  const title = (id: string) => {
    const found = recommendations.find((each) => each.id === id);
    return found ? TECHNIQUE_TITLES[found.technique] : id;
  };
  return [
    '| Phase | Weeks | What | Saved a month once done, at this rate |',
    '|---:|---|---|---:|',
    ...plan.map(
      (each) =>
        `| ${each.phase} | ${each.weeks} | ${each.items.map(title).join(', ')} | ${usd(each.cumulative_monthly_usd)} |`,
    ),
  ];
}

function notRecommended({ not_recommended: refused }: CompletedReport): string[] {
  if (refused.length === 0) return [];
  const name = (each: CompletedReport['not_recommended'][number]) =>
    `${TECHNIQUE_TITLES[each.technique]}${each.variant ? ` (${each.variant})` : ''}`;
  return [
    '## Not recommended',
    ...refused.map(
      (each) =>
        `- **${name(each)}**: ${each.reason}, ${usd(each.monthly_usd)} a month at this rate (${each.percent.toFixed(2)}%).`,
    ),
  ];
}

function grounds({ source, assumptions, price_book: book }: CompletedReport): string[] {
  return [
    '## What the figures rest on',
    ...source.files.map(
      (file) => `- ${file.path}, ${file.bytes.toLocaleString('en-US')} bytes, sha256 ${file.sha256 ?? 'not taken'}`,
    ),
    `- ${source.rows.toLocaleString('en-US')} rows used, ${source.rejected_rows} rejected; format ${source.format}, grade ${source.grade}`,
    `- Prices: genai-prices ${book.version}${book.priced_at ? ` as of ${book.priced_at}` : ''}${book.overrides_sha256 ? `, own prices ${book.overrides_sha256.slice(0, 12)}` : ''}; ${(100 * book.priced_share).toFixed(1)}% of tokens priced`,
    ...assumptions.map(
      (each) =>
        `- ${each.id} = ${each.value}${each.unit ? ` ${each.unit}` : ''}: ${each.meaning}${each.origin === 'user' ? ' (set by you)' : ''}`,
    ),
    ...(source.bad_rows
      ? [
          '### Rows that could not be used',
          ...source.bad_rows.map((bad) => `- ${bad.file}, row ${bad.row}: ${bad.reason}`),
        ]
      : []),
  ];
}
