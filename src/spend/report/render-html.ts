import type { CompletedReport, Recommendation, Report } from '../../contracts/report.ts';
import { chartsOf } from './charts-svg.ts';
import { condition, headline } from './headline.ts';
import { escapeHtml, html, raw, type Html } from './html-text.ts';
import { usd } from './money.ts';
import { TECHNIQUE_TITLES } from './technique-titles.ts';

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); --total: #4a6fa5; --saving: #2f8f5b; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; max-width: 34rem; }
svg { width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
rect.total { fill: var(--total); } rect.saving { fill: var(--saving); }
`;

type Cell = string | number;

function table(heads: string[], rows: Cell[][], { numbers }: { numbers: number[] }): Html {
  const kind = (column: number) => (numbers.includes(column) ? raw(' class="number"') : '');
  const head = heads.map((text, column) => html`<th${kind(column)}>${text}</th>`);
  const body = rows.map(
    (row) =>
      html`<tr>
        ${row.map((cell, column) => html`<td${kind(column)}>${cell}</td>`)}
      </tr>`,
  );
  return html`<table>
    <thead>
      <tr>
        ${head}
      </tr>
    </thead>
    <tbody>
      ${body}
    </tbody>
  </table>`;
}

const list = (items: (string | Html)[]) =>
  html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;

function details({ technique, segment, action, formula, inputs, evidence, grade, ...each }: Recommendation): Html {
  const shownInputs = Object.entries(inputs).map(([name, value]) => `${name} = ${value}`);
  return html`<h3>${TECHNIQUE_TITLES[technique]}</h3>
    <p>
      Where: ${segment}. Alone it would save ${usd(each.standalone_monthly_usd)} a month
      (${each.standalone_percent.toFixed(2)}%).
    </p>
    ${list([
      `Change: ${action.change}`,
      `Owner: ${action.owner}`,
      `Keep it only if: ${action.gate}`,
      `Take it back: ${action.rollback}`,
      `Formula: ${formula}`,
      `Inputs: ${shownInputs.join(', ')}`,
      html`Evidence: ${evidence.rows.toLocaleString('en-US')} rows (grade ${grade}), <code>${evidence.query}</code>`,
    ])}`;
}

function recommendations({ recommendations: all }: CompletedReport): Html {
  if (all.length === 0) return html`<p>Nothing in this data saves money. See below what was tried.</p>`;
  const heads = [
    '#',
    'Recommendation',
    'Saves a month at this rate',
    'Low to high',
    'Confidence',
    'Effort',
    'Payback',
    'Phase',
  ];
  const rows = all.map(({ technique, marginal_monthly_usd: { low, expected, high }, ...each }, index) => [
    index + 1,
    TECHNIQUE_TITLES[technique],
    usd(expected),
    `${usd(low)} to ${usd(high)}`,
    `${Math.round(100 * each.confidence)}%`,
    `${each.effort_days} days (${usd(each.effort_usd)})`,
    each.payback_months === null ? 'not said' : `${each.payback_months} months`,
    each.phase,
  ]);
  return html`${table(heads, rows, { numbers: [0, 2, 3, 4, 5, 6, 7] })}
    <p>Each figure is what the change adds after the ones applied before it, so they add up to the total.</p>
    ${all.map(details)}`;
}

function plan({ plan: phases, recommendations: all }: CompletedReport): Html {
  const titles = new Map(all.map(({ id, technique }) => [id, TECHNIQUE_TITLES[technique]]));
  const rows = phases.map(({ phase, weeks, items, cumulative_monthly_usd }) => [
    phase,
    weeks,
    items.map((id) => titles.get(id) ?? id).join(', '),
    usd(cumulative_monthly_usd),
  ]);
  return table(['Phase', 'Weeks', 'What', 'Saved a month once done, at this rate'], rows, { numbers: [0, 3] });
}

function grounds({ source, assumptions, price_book: book }: CompletedReport): Html {
  const files = source.files.map(
    ({ path, bytes, sha256 }) => `${path}, ${bytes.toLocaleString('en-US')} bytes, sha256 ${sha256 ?? 'not taken'}`,
  );
  const assumed = assumptions.map(({ id, value, unit = '', meaning, origin }) => [
    id,
    `${value} ${unit}`.trim(),
    meaning,
    origin === 'user' ? 'set by you' : '',
  ]);
  return html`${list([
    ...files,
    `${source.rows.toLocaleString('en-US')} rows used, ${source.rejected_rows} rejected; format ${source.format}, grade ${source.grade}`,
    `Prices: genai-prices ${book.version}${book.priced_at ? ` as of ${book.priced_at}` : ''}; ${(100 * book.priced_share).toFixed(1)}% of tokens priced`,
    ...(source.bad_rows ?? []).map(({ file, row, reason }) => `Not used: ${file}, row ${row}: ${reason}`),
  ])}${table(['Assumption', 'Value', 'Meaning', ''], assumed, { numbers: [1] })}`;
}

function completed(report: CompletedReport): Html {
  const { baseline, total, source, notes = [], not_recommended, not_computable } = report;
  const { low, expected, high } = total.monthly_usd;
  const refused = not_recommended.map(
    ({ technique, variant, reason, monthly_usd, percent }) =>
      `${TECHNIQUE_TITLES[technique]}${variant ? ` (${variant})` : ''}: ${reason}, ${usd(monthly_usd)} a month at this rate (${percent.toFixed(2)}%)`,
  );
  const unknown = not_computable.map(
    ({ technique, missing, how_to_get_it }) =>
      `${TECHNIQUE_TITLES[technique]}: missing is ${missing}. ${how_to_get_it}`,
  );
  const figures: Cell[][] = [
    ['Requests in the file', `${baseline.requests.toLocaleString('en-US')} in ${source.window_hours.toFixed(3)} hours`],
    ['Input tokens', baseline.input_tokens.toLocaleString('en-US')],
    ['Output tokens', baseline.output_tokens.toLocaleString('en-US')],
    ['List price of the window', usd(baseline.list_usd)],
    ['A month at this rate', usd(baseline.monthly_usd)],
  ];
  if (baseline.stated_monthly_usd !== null) figures.push(['Stated by you, a month', usd(baseline.stated_monthly_usd)]);
  return html`<h1>${headline(report)}</h1>
    <p>
      All recommendations together save <strong>${usd(expected)} a month</strong> (${usd(low)} to ${usd(high)}),
      ${total.percent.toFixed(1)}% of ${usd(baseline.monthly_usd)}; in a year ${usd(12 * expected)}.
      ${condition(baseline)}
    </p>
    ${table(['', ''], figures, { numbers: [1] })} ${list(notes)} ${chartsOf(report)}
    <h2>Recommendations</h2>
    ${recommendations(report)}
    <h2>Plan</h2>
    ${plan(report)}
    ${
      refused.length > 0
        ? html`<h2>Not recommended</h2>
            ${list(refused)}`
        : ''
    }
    <h2>What cannot be said from this data</h2>
    ${unknown.length > 0 ? list(unknown) : html`<p>Nothing: everything could be computed.</p>`}
    <h2>What the figures rest on</h2>
    ${grounds(report)}`;
}

/** The report as one HTML file: style and charts are inside, nothing is loaded, and no text of the data is markup. */
export function renderHtml(report: Report): string {
  const body =
    report.status === 'completed'
      ? completed(report)
      : html`<h1>No figures: the data is not sufficient</h1>
          <p>${report.reason ?? ''}</p>
          <h2>What to export</h2>
          ${list(report.needed.map((each) => html`<strong>${each.export}</strong>. ${each.how} Gives: ${each.gives}.`))}`;
  const title = report.status === 'completed' ? headline(report) : 'No figures: the data is not sufficient';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body.markup}
</body>
</html>
`;
}
