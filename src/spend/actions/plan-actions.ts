import { byCodeUnits } from '../../contracts/by-code-units.ts';
import { DEFAULT_EFFORT_RATE_USD_PER_DAY } from '../../contracts/cost-optimization.ts';
import type { ActionsInput, ActionsOutput, Saving } from '../../contracts/cost-optimization.ts';
import { type PlanPhase, type Recommendation, BOUNDS } from '../../contracts/report.ts';
import { isComputed } from '../techniques/technique.ts';
import { techniqueById } from '../techniques/techniques.ts';
import { actionFor } from './action-for.ts';

/** The numbers a saving's formula was filled with: one entry where all bounds agree, else one per bound. */
function describeInputs({ params, marginal_monthly_usd }: Saving): Recommendation['inputs'] {
  const inputs: Recommendation['inputs'] = {};
  for (const [name, value] of Object.entries(params.expected)) {
    if (BOUNDS.every((bound) => params[bound][name] === value)) inputs[name] = value;
    else for (const bound of BOUNDS) inputs[`${name}.${bound}`] = params[bound][name] ?? null;
  }
  if (marginal_monthly_usd.low === 0) inputs.low_case = 'saves nothing, so it would be taken back';
  return inputs;
}

/** Below this confidence no payback and no return is given: they would lend a guess the look of a calculation. */
const MIN_CONFIDENCE_FOR_RETURN = 0.4;

const WEEKS: Record<number, string> = { 1: '1', 2: '2-4', 3: '5 and later' };

/**
 * Turns savings into work: what to change, effort, return, and the phase it belongs to.
 * Ranked by expected saving x confidence / effort. 12-month return = (12 x monthly - effort) / effort.
 */
export function planActions({
  savings,
  phases,
  effort_rate_usd_per_day: rate = DEFAULT_EFFORT_RATE_USD_PER_DAY,
}: ActionsInput): ActionsOutput {
  const recommendations = savings
    .map((saving) => recommend(saving, rate))
    .sort((a, b) => worth(b) - worth(a) || byCodeUnits(a.id, b.id));
  const plan = phases.map(({ phase, cumulative_monthly_usd }): PlanPhase => {
    const items = recommendations.filter((each) => each.phase === phase).map(({ id }) => id);
    return { phase, weeks: WEEKS[phase] ?? '', items, cumulative_monthly_usd };
  });
  return {
    recommendations,
    plan,
    assumptions: [
      {
        id: 'effort_rate_usd_per_day',
        value: rate,
        unit: 'USD',
        meaning: 'cost of one person-day',
        origin: rate === DEFAULT_EFFORT_RATE_USD_PER_DAY ? 'default' : 'user',
      },
    ],
  };
}

function recommend(saving: Saving, rate: number): Recommendation {
  const technique = techniqueById(saving.technique);
  const days = isComputed(technique) ? technique.effortDays : 0;
  const effort = days * rate;
  const monthly = saving.marginal_monthly_usd.expected;
  const told = saving.confidence >= MIN_CONFIDENCE_FOR_RETURN && effort > 0 && monthly > 0;
  return {
    id: saving.id,
    technique: saving.technique,
    segment: saving.segment,
    marginal_monthly_usd: saving.marginal_monthly_usd,
    standalone_monthly_usd: saving.standalone_monthly_usd,
    standalone_percent: saving.standalone_percent,
    confidence: saving.confidence,
    grade: saving.grade,
    effort_days: days,
    effort_usd: effort,
    payback_months: told ? round(effort / monthly, 2) : null,
    roi_12m: told ? round((12 * monthly - effort) / effort, 2) : null,
    phase: saving.phase,
    formula: saving.formula,
    inputs: describeInputs(saving),
    evidence: saving.evidence,
    action: actionFor(saving),
  };
}

function worth({ marginal_monthly_usd, confidence, effort_days }: Recommendation): number {
  return (marginal_monthly_usd.expected * confidence) / Math.max(effort_days, 0.1);
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
