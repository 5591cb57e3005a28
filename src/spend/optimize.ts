import type { OptimizationOutput, TechniqueEvaluation } from '../contracts/cost-optimization.ts';
import type { OnStep } from './progress.ts';
import { combineTechniques } from './techniques/combine-techniques.ts';
import { evaluateTechnique } from './techniques/evaluate-technique.ts';
import { openOptimizer, type OptimizerOptions, type WithOptimizer } from './techniques/open-optimizer.ts';
import { APPLICATION_ORDER } from './techniques/techniques.ts';

/** Evaluates every technique and combines them: the whole optimization in one call, for callers that show no single steps. */
export async function optimize(options: OptimizerOptions & { onStep?: OnStep }): Promise<OptimizationOutput> {
  return openOptimizer(options, async (optimizer) => {
    const withOptimizer: WithOptimizer = (work) => work(optimizer);
    const evaluations: TechniqueEvaluation[] = [];
    for (const [index, technique] of APPLICATION_ORDER.entries()) {
      options.onStep?.({
        reasoning: `Looking at ${technique}`,
        progress: Math.round((60 * index) / APPLICATION_ORDER.length),
      });
      evaluations.push(await evaluateTechnique({ ...options, technique }, withOptimizer));
    }
    const onStep: OnStep = ({ reasoning, progress }) =>
      options.onStep?.({ reasoning, progress: 60 + Math.round(0.4 * progress) });
    return combineTechniques({ ...options, evaluations, onStep }, withOptimizer);
  });
}
