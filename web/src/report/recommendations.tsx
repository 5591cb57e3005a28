import type { CompletedReport } from '../../../src/contracts/report.ts';
import { usd } from '../../../src/spend/report/money.ts';
import { TECHNIQUE_TITLES } from '../../../src/spend/report/technique-titles.ts';

/** Each recommendation with what to do, how sure it is, and the formula, inputs and rows behind its figure. */
export function Recommendations({ report }: { report: CompletedReport }) {
  return (
    <>
      <h3>Recommendations</h3>
      <ul class="recommendations">
        {report.recommendations.map((each) => (
          <li key={each.id}>
            <h4>
              {TECHNIQUE_TITLES[each.technique]}: {usd(each.marginal_monthly_usd.expected)} a month
            </h4>
            <p class="hint">
              {usd(each.marginal_monthly_usd.low)} to {usd(each.marginal_monthly_usd.high)}, confidence{' '}
              {Math.round(each.confidence * 100)}%, {each.effort_days} days of work
              {each.payback_months !== null && `, pays back in ${each.payback_months} months`}
            </p>
            <p>{each.action.change}</p>
            <details>
              <summary>Gate, way back and evidence</summary>
              <dl>
                <dt>Owner</dt>
                <dd>{each.action.owner}</dd>
                <dt>Gate</dt>
                <dd>{each.action.gate}</dd>
                <dt>Way back</dt>
                <dd>{each.action.rollback}</dd>
                <dt>Formula</dt>
                <dd>{each.formula}</dd>
                <dt>Inputs</dt>
                <dd>
                  {Object.entries(each.inputs)
                    .map(([name, value]) => `${name} = ${value}`)
                    .join('; ')}
                </dd>
                <dt>Rows</dt>
                <dd>
                  {each.evidence.rows.toLocaleString('en-US')}: <code>{each.evidence.query}</code>
                </dd>
              </dl>
            </details>
          </li>
        ))}
      </ul>
    </>
  );
}
