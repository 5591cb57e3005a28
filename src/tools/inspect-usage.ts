import { triageInput, triageOutput } from '../contracts/cost-optimization.ts';
import { runTriage } from '../spend/run-triage.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';

/** Looks at usage files: which format they have, and whether a figure can be computed from them. */
export const inspectUsage = defineTool({
  name: 'inspect_usage',
  effect: 'none',
  input: triageInput,
  output: triageOutput,
  run: (input, { signal }) => withSpendFailures(() => runTriage({ ...input, signal })),
});
