// Entry of the workflow bundle: each export is a workflow type.
export { compensateRun } from './compensate-run.ts';
export { costOptimization } from './cost-optimization.ts';
export { runAgent } from './run-agent.ts';
export { runPlan } from './run-plan.ts';
