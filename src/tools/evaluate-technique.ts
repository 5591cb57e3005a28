import { z } from 'zod';
import { optimizationInput, techniqueEvaluation } from '../contracts/cost-optimization.ts';
import { techniqueId } from '../contracts/report.ts';
import { evaluateTechnique } from '../spend/techniques/evaluate-technique.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';

/** Asks one technique what it would save alone on this ledger, or what is missing to say so. */
export const evaluateTechniqueTool = defineTool({
  name: 'evaluate_technique',
  effect: 'none',
  input: z.object({ technique: techniqueId, ledger: optimizationInput }),
  output: techniqueEvaluation,
  run: ({ technique, ledger }, { signal }) =>
    withSpendFailures(() => evaluateTechnique({ ...ledger, technique, signal })),
});
