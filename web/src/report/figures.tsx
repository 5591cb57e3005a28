import type { CompletedReport } from '../../../src/contracts/report.ts';
import { usd } from '../../../src/spend/report/money.ts';
import { TECHNIQUE_TITLES } from '../../../src/spend/report/technique-titles.ts';
import { Recommendations } from './recommendations.tsx';
import { SpendByModel } from './spend-by-model.tsx';
import { Waterfall } from './waterfall.tsx';

/** A completed report for somebody who decides about money; the condition of every figure comes first. */
export function Figures({ report }: { report: CompletedReport }) {
  const { baseline, total, notes = [], plan, not_recommended, not_computable, assumptions } = report;
  const { low, expected, high } = total.monthly_usd;
  return (
    <>
      <h2>{report.title}</h2>
      <p class="headline">
        Save <strong>{usd(expected)}</strong> of {usd(baseline.monthly_usd)} a month ({total.percent.toFixed(1)}%)
      </p>
      <p>
        Between {usd(low)} and {usd(high)}.{' '}
        {baseline.stated_monthly_usd !== null && `You said ${usd(baseline.stated_monthly_usd)} a month. `}
        {notes[0]}
      </p>
      <div class="charts">
        <Waterfall report={report} />
        <SpendByModel report={report} />
      </div>
      <Recommendations report={report} />
      <h3>Plan</h3>
      <ol class="plan">
        {plan.map(({ phase, weeks, items, cumulative_monthly_usd }) => (
          <li key={phase}>
            Week {weeks}: {items.length} {items.length === 1 ? 'change' : 'changes'}, then {usd(cumulative_monthly_usd)}{' '}
            a month saved
          </li>
        ))}
      </ol>
      {not_recommended.length > 0 && (
        <details open>
          <summary>Tried and not recommended</summary>
          <ul>
            {not_recommended.map((each, index) => (
              <li key={index}>
                {TECHNIQUE_TITLES[each.technique]}
                {each.variant && ` (${each.variant})`}: {each.reason}, {usd(each.monthly_usd)} a month (
                {each.percent.toFixed(2)}%)
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>What cannot be said from this data ({not_computable.length})</summary>
        <ul>
          {not_computable.map((each) => (
            <li key={each.technique}>
              {TECHNIQUE_TITLES[each.technique]}: missing is {each.missing}. {each.how_to_get_it}
            </li>
          ))}
        </ul>
      </details>
      <details>
        <summary>Assumptions and notes</summary>
        <ul>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
          {assumptions.map(({ id, value, unit, meaning }) => (
            <li key={id}>
              {meaning}: {value} {unit}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
