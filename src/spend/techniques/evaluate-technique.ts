import type { Candidate, EvaluatedCandidate, TechniqueEvaluation } from '../../contracts/cost-optimization.ts';
import type { NotRecommended, TechniqueId } from '../../contracts/report.ts';
import { ledgerPass } from './ledger-pass.ts';
import { openOptimizer } from './open-optimizer.ts';
import type { OptimizerOptions } from './open-optimizer.ts';
import { isComputed } from './technique.ts';
import { techniqueById } from './techniques.ts';

export type EvaluateTechniqueOptions = OptimizerOptions & { technique: TechniqueId };

/**
 * Asks one technique about the ledger: what it would save alone, or what is missing to say so.
 * Of several variants of a segment the best one stays a candidate; the others are reported with their figure.
 */
export async function evaluateTechnique(options: EvaluateTechniqueOptions): Promise<TechniqueEvaluation> {
  const technique = techniqueById(options.technique);
  const empty: TechniqueEvaluation = {
    technique: technique.id,
    candidates: [],
    not_recommended: [],
    not_computable: null,
  };
  if (!isComputed(technique)) {
    const { id, missing, how_to_get_it } = technique;
    return { ...empty, not_computable: { technique: id, missing, how_to_get_it } };
  }
  return openOptimizer(options, async (survey) => {
    const proposed = await technique.propose(survey);
    if (!Array.isArray(proposed)) return { ...empty, not_computable: proposed };
    const evaluated: EvaluatedCandidate[] = [];
    for (const candidate of proposed) evaluated.push(await evaluate(candidate));
    const best = [...new Set(evaluated.map(({ model }) => model))].map((model) => bestOf(evaluated, model));
    const others = evaluated.filter((each) => !best.includes(each));
    return { ...empty, candidates: best, not_recommended: others.map((other) => refusal(other, best)) };

    async function evaluate(candidate: Candidate): Promise<EvaluatedCandidate> {
      const { duck } = survey;
      const pass = await ledgerPass({
        duck,
        candidates: [candidate],
        bound: 'expected',
        monthlyFactor: options.monthly_factor,
      });
      const saved = pass.applied.get(candidate.id) ?? pass.refused.get(candidate.id) ?? 0;
      const percent = pass.baseCents > 0 ? (100 * saved) / pass.baseCents : 0;
      return { ...candidate, standalone_monthly_usd: saved / 100, standalone_percent: round4(percent) };
    }
  });
}

function bestOf(evaluated: EvaluatedCandidate[], model: string): EvaluatedCandidate {
  const same = evaluated.filter((each) => each.model === model);
  return same.reduce((best, each) => (each.standalone_monthly_usd > best.standalone_monthly_usd ? each : best));
}

function refusal(other: EvaluatedCandidate, best: EvaluatedCandidate[]): NotRecommended {
  const chosen = best.find(({ model }) => model === other.model);
  const loses = other.standalone_monthly_usd < 0;
  return {
    technique: other.technique,
    variant: other.variant,
    segment: other.segment,
    reason: loses ? 'loses money' : `saves no more than variant ${chosen?.variant}`,
    monthly_usd: other.standalone_monthly_usd,
    percent: other.standalone_percent,
  };
}

function round4(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
