import type { OptimizationOutput, TechniqueEvaluation } from '../contracts/cost-optimization.ts';
import { combineTechniques } from './techniques/combine-techniques.ts';
import { evaluateTechnique } from './techniques/evaluate-technique.ts';
import { openOptimizer, type OptimizerOptions, type WithOptimizer } from './techniques/open-optimizer.ts';
import { APPLICATION_ORDER } from './techniques/techniques.ts';

/** Evaluates every technique and combines them: the whole optimization in one call, for callers that show no single steps. */
export async function optimize(options: OptimizerOptions): Promise<OptimizationOutput> {
  return openOptimizer(options, async (optimizer) => {
    const withOptimizer: WithOptimizer = (work) => work(optimizer);
    const evaluations: TechniqueEvaluation[] = [];
    for (const technique of APPLICATION_ORDER) {
      evaluations.push(await evaluateTechnique({ ...options, technique }, withOptimizer));
    }
    return combineTechniques({ ...options, evaluations }, withOptimizer);
  });
}
