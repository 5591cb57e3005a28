import type { CompletedReport } from '../../../src/contracts/report.ts';
import { usd } from '../../../src/spend/report/money.ts';
import { TECHNIQUE_TITLES } from '../../../src/spend/report/technique-titles.ts';

type Bar = { label: string; amount: number; from: number; to: number; kind: 'total' | 'saving' };

/** From today's month to the month after: each saving takes off what the ones before it left. */
export function barsOf({ baseline, recommendations }: CompletedReport): Bar[] {
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

const ROW = 44;
const WIDTH = 440;

/** Waterfall of savings. The axis begins a little below the smallest step, or savings of a few percent could not be seen. */
export function Waterfall({ report }: { report: CompletedReport }) {
  const bars = barsOf(report);
  const top = report.baseline.monthly_usd;
  const lowest = Math.min(...bars.map(({ kind, from, to }) => (kind === 'total' ? to : from)));
  const origin = Math.max(0, lowest - (top - lowest) * 0.5);
  const x = (amount: number) => (WIDTH * (Math.max(amount, origin) - origin)) / Math.max(1e-9, top - origin);
  return (
    <figure>
      <figcaption>
        A month from now to after, in US dollars{origin > 0 && ` (axis begins at ${usd(origin)})`}
      </figcaption>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${ROW * bars.length}`}
        role="img"
        aria-label={bars.map(({ label, amount }) => `${label} ${usd(amount)}`).join(', ')}
      >
        {bars.map(({ label, amount, from, to, kind }, index) => (
          <g key={index} transform={`translate(0 ${index * ROW})`}>
            <text x={0} y={14}>
              {label}
            </text>
            <text x={WIDTH} y={14} text-anchor="end">
              {usd(amount)}
            </text>
            <rect class={kind} x={x(from)} y={20} width={Math.max(2, x(to) - x(from))} height={14} rx={2} />
          </g>
        ))}
      </svg>
    </figure>
  );
}
