import type { CompletedReport } from '../../contracts/report.ts';
import { html, type Html } from './html-text.ts';
import { usd } from './money.ts';
import { axisOrigin, savingsBars, type Bar } from './savings-bars.ts';

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
