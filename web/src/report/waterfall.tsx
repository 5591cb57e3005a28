import type { CompletedReport } from '../../../src/contracts/report.ts';
import { usd } from '../../../src/spend/report/money.ts';
import { axisOrigin, savingsBars } from '../../../src/spend/report/savings-bars.ts';

const ROW = 44;
const WIDTH = 440;

/** Waterfall of savings. The axis begins a little below the smallest step, or savings of a few percent could not be seen. */
export function Waterfall({ report }: { report: CompletedReport }) {
  const bars = savingsBars(report);
  const top = report.baseline.monthly_usd;
  const origin = axisOrigin(bars);
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
