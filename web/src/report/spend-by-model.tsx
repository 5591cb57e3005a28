import type { CompletedReport } from '../../../src/contracts/report.ts';
import { usd } from '../../../src/spend/report/money.ts';

const ROW = 44;
const WIDTH = 440;

/** What each model costs a month, dearest first. */
export function SpendByModel({ report: { spend_by_model = [] } }: { report: CompletedReport }) {
  if (spend_by_model.length === 0) return null;
  const models = spend_by_model.toSorted((a, b) => b.monthly_usd - a.monthly_usd);
  const top = Math.max(...models.map(({ monthly_usd }) => monthly_usd), 1e-9);
  return (
    <figure>
      <figcaption>Spend by model, a month in US dollars</figcaption>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${ROW * models.length}`}
        role="img"
        aria-label={models.map(({ model, monthly_usd }) => `${model} ${usd(monthly_usd)}`).join(', ')}
      >
        {models.map(({ model, provider, monthly_usd }, index) => (
          <g key={`${provider}/${model}`} transform={`translate(0 ${index * ROW})`}>
            <text x={0} y={14}>
              {model}
            </text>
            <text x={WIDTH} y={14} text-anchor="end">
              {usd(monthly_usd)}
            </text>
            <rect class="total" x={0} y={20} width={(WIDTH * monthly_usd) / top} height={14} rx={2} />
          </g>
        ))}
      </svg>
    </figure>
  );
}
