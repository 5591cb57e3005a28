import type { CompletedReport } from '../../contracts/report.ts';
import { html, type Html } from './html-text.ts';
import { usd } from './money.ts';
import { TECHNIQUE_TITLES } from './technique-titles.ts';

type Bar = { label: string; amount: number; from: number; to: number; kind: 'total' | 'saving' };

/** From today's month to the month after, in US dollars: each saving takes off what the ones before it left. */
function savingsBars({ baseline, recommendations }: CompletedReport): Bar[] {
  let left = baseline.monthly_usd;
  const savings = recommendations.map(({ technique, marginal_monthly_usd: { expected } }): Bar => {
    const to = left;
    left -= expected;
    return { label: TECHNIQUE_TITLES[technique], amount: -expected, from: left, to, kind: 'saving' };
  });
  return [
    { label: 'Now', amount: baseline.monthly_usd, from: 0, to: baseline.monthly_usd, kind: 'total' },
    ...savings,
    { label: 'After', amount: left, from: 0, to: left, kind: 'total' },
  ];
}

/** Where the axis begins: a little below the smallest step, or savings of a few percent could not be seen. */
function axisOrigin(bars: Bar[]): number {
  const top = Math.max(...bars.map(({ to }) => to));
  const lowest = Math.min(...bars.map(({ kind, from, to }) => (kind === 'total' ? to : from)));
  return Math.max(0, lowest - (top - lowest) * 0.5);
}

const ROW = 44;
const WIDTH = 440;

function chart({ caption, bars, origin = 0 }: { caption: string; bars: Bar[]; origin?: number }): Html {
  const top = Math.max(...bars.map(({ to }) => to), 0);
  const x = (amount: number) => (WIDTH * (Math.max(amount, origin) - origin)) / Math.max(1e-9, top - origin);
  const rows = bars.map(({ label, amount, from, to, kind }, index) => {
    const width = Math.max(2, x(to) - x(from)).toFixed(1);
    return html`<g transform="translate(0 ${index * ROW})"
      ><text x="0" y="14">${label}</text><text x="${WIDTH}" y="14" text-anchor="end">${usd(amount)}</text
      ><rect class="${kind}" x="${x(from).toFixed(1)}" y="20" width="${width}" height="14" rx="2"
    /></g>`;
  });
  const spoken = bars.map(({ label, amount }) => `${label} ${usd(amount)}`).join(', ');
  return html`<figure>
    <figcaption>${caption}</figcaption>
    <svg viewBox="0 0 ${WIDTH} ${ROW * bars.length}" role="img" aria-label="${spoken}">${rows}</svg>
  </figure>`;
}

/** Spend by model, and the waterfall from this month to the one after the plan, as inline SVG. */
export function chartsOf(report: CompletedReport): Html {
  const models = (report.spend_by_model ?? []).toSorted((a, b) => b.monthly_usd - a.monthly_usd);
  const spend = models.map(({ model, monthly_usd: amount }): Bar => ({
    label: model,
    amount,
    from: 0,
    to: amount,
    kind: 'total',
  }));
  const savings = savingsBars(report);
  const origin = axisOrigin(savings);
  const from = origin > 0 ? ` (axis begins at ${usd(origin)})` : '';
  return html`${spend.length > 0 ? chart({ caption: 'Spend by model, a month at this rate in US dollars', bars: spend }) : ''}
  ${chart({ caption: `A month at this rate, from now to after, in US dollars${from}`, bars: savings, origin })}`;
}
