import { z } from 'zod';
import { optimizationInput, optimizationOutput, techniqueEvaluation } from '../contracts/cost-optimization.ts';
import { combineTechniques } from '../spend/techniques/combine-techniques.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';

/** Applies all candidates together in the fixed order, so that overlapping savings are counted once. */
export const combineTechniquesTool = defineTool({
  name: 'combine_techniques',
  effect: 'none',
  input: z.object({ evaluations: z.array(techniqueEvaluation), ledger: optimizationInput }),
  output: optimizationOutput,
  run: ({ evaluations, ledger }, { signal }) =>
    withSpendFailures(() => combineTechniques({ ...ledger, evaluations, signal })),
});
