import type { TechniqueEvaluation } from '../contracts/cost-optimization.ts';
import { APPLICATION_ORDER } from '../spend/techniques/techniques.ts';
import { combineTechniquesTool } from '../tools/combine-techniques.ts';
import { evaluateTechniqueTool } from '../tools/evaluate-technique.ts';
import { COST_HEADS } from './cost-heads.ts';
import { defineAgent } from './define-agent.ts';

function verdictOf({ technique, candidates, not_recommended, not_computable }: TechniqueEvaluation): string {
  const [best] = candidates;
  if (best) return `${technique}: ${best.standalone_percent.toFixed(2)}% if done alone`;
  if (not_computable) return `${technique}: cannot be computed, missing ${not_computable.missing}`;
  return `${technique}: ${not_recommended[0]?.reason ?? 'nothing to gain here'}`;
}

/** Tries every savings technique on the ledger, then applies together what pays. */
export const optimization = defineAgent({
  ...COST_HEADS.optimization,
  tools: { evaluate: evaluateTechniqueTool, combine: combineTechniquesTool },
  async run(input, { think, tools }) {
    const evaluations: TechniqueEvaluation[] = [];
    for (const technique of APPLICATION_ORDER) {
      const evaluation = await tools.evaluate({ technique, ledger: input });
      evaluations.push(evaluation);
      think(verdictOf(evaluation), { progress: (80 * evaluations.length) / APPLICATION_ORDER.length });
    }
    const combined = await tools.combine({ evaluations, ledger: input });
    think(`Together: ${combined.total.percent.toFixed(2)}% of the bill, overlaps counted once`, { progress: 95 });
    return combined;
  },
});
