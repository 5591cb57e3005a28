import type {
  EvaluatedCandidate,
  OptimizationOutput,
  Saving,
  TechniqueEvaluation,
} from '../../contracts/cost-optimization.ts';
import type { NotRecommended } from '../../contracts/report.ts';
import { confidence } from './confidence.ts';
import type { LedgerPassResult } from './ledger-pass.ts';
import { openOptimizer } from './open-optimizer.ts';
import type { OptimizerOptions, WithOptimizer } from './open-optimizer.ts';
import { isComputed } from './technique.ts';
import type { ComputedTechnique, Phase } from './technique.ts';
import { APPLICATION_ORDER, techniqueById } from './techniques.ts';

const saved = ({ baseCents, finalCents }: LedgerPassResult) => (baseCents - finalCents) / 100;

export type CombineTechniquesOptions = OptimizerOptions & { evaluations: TechniqueEvaluation[] };

/**
 * Applies all candidates together, in the fixed order, once per bound and once per phase of the plan.
 * What a technique adds is its marginal saving in that order; a sum of stand-alone figures would count overlaps twice.
 * The expected pass decides what is applied; a candidate that saves nothing there is listed with its figure instead.
 *
 * @param withOptimizer for a ledger that is open already. @default opens it
 */
export async function combineTechniques(
  options: CombineTechniquesOptions,
  withOptimizer: WithOptimizer = (work) => openOptimizer(options, work),
): Promise<OptimizationOutput> {
  const { evaluations } = options;
  const ordered = APPLICATION_ORDER.flatMap((id) => evaluations.find(({ technique }) => technique === id) ?? []);
  const candidates = ordered.flatMap((evaluation) => evaluation.candidates);

  return withOptimizer(async ({ pass, assumptions, grade }) => {
    const expected = await pass({ candidates, bound: 'expected' });
    const kept = candidates.filter(({ id }) => expected.applied.has(id));
    const low = await pass({ candidates: kept, bound: 'low' });
    const high = await pass({ candidates: kept, bound: 'high' });
    const phases: OptimizationOutput['phases'] = [];
    for (const phase of [1, 2, 3] satisfies Phase[]) {
      const upTo = kept.filter((each) => computed(each).phase <= phase);
      if (!upTo.some((each) => computed(each).phase === phase)) continue;
      // What was not kept left no trace in the expected pass.
      const reached = upTo.length === kept.length ? expected : await pass({ candidates: upTo, bound: 'expected' });
      phases.push({ phase, cumulative_monthly_usd: saved(reached) });
    }
    const savings = kept.map((each): Saving => {
      const { phase, certainty, confidenceCap } = computed(each);
      const marginal = ({ applied }: { applied: Map<string, number> }) => (applied.get(each.id) ?? 0) / 100;
      return {
        ...each,
        marginal_monthly_usd: { low: marginal(low), expected: marginal(expected), high: marginal(high) },
        phase,
        confidence: confidence({
          certainty,
          cap: confidenceCap,
          windowDays: options.window_days,
          priceMatch: options.price_match,
        }),
        grade,
      };
    });
    return {
      savings,
      total: {
        monthly_usd: { low: saved(low), expected: saved(expected), high: saved(high) },
        percent: percent(saved(expected) * 100, expected.baseCents),
      },
      phases,
      not_recommended: [
        ...candidates.filter(({ id }) => !expected.applied.has(id)).map((each) => refusal(each, expected)),
        ...ordered.flatMap((evaluation) => evaluation.not_recommended),
      ],
      not_computable: ordered.flatMap((evaluation) => evaluation.not_computable ?? []),
      assumptions: assumptions.list.filter(({ id }) =>
        candidates.some(({ technique }) => id.startsWith(`${technique}.`)),
      ),
    };
  });
}

function computed({ technique }: EvaluatedCandidate): ComputedTechnique {
  const found = techniqueById(technique);
  if (!isComputed(found)) throw new Error(`technique ${technique} has candidates but no transform`);
  return found;
}

function refusal(
  each: EvaluatedCandidate,
  { refused, baseCents }: { refused: Map<string, number>; baseCents: number },
): NotRecommended {
  const saved = refused.get(each.id) ?? 0;
  return {
    technique: each.technique,
    variant: each.variant,
    segment: each.segment,
    reason: saved < 0 ? 'loses money' : 'saves nothing',
    monthly_usd: saved / 100,
    percent: percent(saved, baseCents),
  };
}

function percent(part: number, whole: number): number {
  return whole > 0 ? Math.round((1_000_000 * part) / whole) / 10_000 : 0;
}
