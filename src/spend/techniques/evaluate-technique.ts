import type { Candidate, EvaluatedCandidate, TechniqueEvaluation } from '../../contracts/cost-optimization.ts';
import type { NotRecommended, TechniqueId } from '../../contracts/report.ts';
import { openOptimizer } from './open-optimizer.ts';
import type { Optimizer, OptimizerOptions, WithOptimizer } from './open-optimizer.ts';
import { isComputed } from './technique.ts';
import type { ComputedTechnique, UnavailableTechnique } from './technique.ts';
import { techniqueById } from './techniques.ts';

export type EvaluateTechniqueOptions = OptimizerOptions & { technique: TechniqueId };

/**
 * Asks one technique about the ledger: what it would save alone, or what is missing to say so.
 * Of several variants of a segment the best one stays a candidate; the others are reported with their figure.
 *
 * @param withOptimizer for a ledger that is open already. @default opens it, where the technique needs it
 */
export async function evaluateTechnique(
  options: EvaluateTechniqueOptions,
  withOptimizer: WithOptimizer = (work) => openOptimizer(options, work),
): Promise<TechniqueEvaluation> {
  const technique = techniqueById(options.technique);
  if (!isComputed(technique)) return notComputable(technique);
  const lacking = technique.lacks(options.signals);
  if (lacking) return notComputable({ id: technique.id, ...lacking });
  return withOptimizer((optimizer) => evaluate(optimizer, technique));
}

async function evaluate(optimizer: Optimizer, technique: ComputedTechnique): Promise<TechniqueEvaluation> {
  const proposed = await technique.propose(optimizer);
  if (!Array.isArray(proposed)) return notComputable({ id: technique.id, ...proposed });
  const evaluated: EvaluatedCandidate[] = [];
  for (const candidate of proposed) evaluated.push(await standalone(optimizer, candidate));
  const best = [...new Set(evaluated.map(({ model }) => model))].map((model) => bestOf(evaluated, model));
  const others = evaluated.filter((each) => !best.includes(each));
  return {
    technique: technique.id,
    candidates: best,
    not_recommended: others.map((other) => refusal(other, best)),
    not_computable: null,
  };
}

async function standalone({ pass }: Optimizer, candidate: Candidate): Promise<EvaluatedCandidate> {
  const { applied, refused, baseCents } = await pass({ candidates: [candidate], bound: 'expected' });
  const saved = applied.get(candidate.id) ?? refused.get(candidate.id) ?? 0;
  const percent = baseCents > 0 ? (100 * saved) / baseCents : 0;
  return { ...candidate, standalone_monthly_usd: saved / 100, standalone_percent: round4(percent) };
}

function notComputable({ id, missing, how_to_get_it }: UnavailableTechnique): TechniqueEvaluation {
  return {
    technique: id,
    candidates: [],
    not_recommended: [],
    not_computable: { technique: id, missing, how_to_get_it },
  };
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
