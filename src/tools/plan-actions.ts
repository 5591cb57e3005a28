import { actionsInput, actionsOutput } from '../contracts/cost-optimization.ts';
import { planActions } from '../spend/actions/plan-actions.ts';
import { defineTool } from './define-tool.ts';
import { withSpendFailures } from './spend-failure.ts';

/** Turns savings into work: what to change, who, how to check and undo it, effort, return and phase. */
export const planActionsTool = defineTool({
  name: 'plan_actions',
  effect: 'none',
  input: actionsInput,
  output: actionsOutput,
  run: (input) => withSpendFailures(() => planActions(input)),
});
