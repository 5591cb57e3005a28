import type { z } from 'zod';
import { costOptimizationInput } from './cost-optimization.ts';
import type { WorkflowName } from './names.ts';
import { planResultSchema, runPlanInputSchema } from './plan.ts';
import { reportSchema } from './report.ts';
import { runAgentInput } from './run-agent.ts';
import { agentOutcomeSchema } from './run.ts';

/** Input and result of every workflow that ships with Baton, by its name on the wire. */
export const workflowContracts = {
  costOptimization: { input: costOptimizationInput, output: reportSchema },
  runAgent: { input: runAgentInput, output: agentOutcomeSchema },
  runPlan: { input: runPlanInputSchema, output: planResultSchema },
} as const satisfies Record<WorkflowName, { input: z.ZodType; output: z.ZodType }>;

export type WorkflowInput<Name extends WorkflowName> = z.input<(typeof workflowContracts)[Name]['input']>;
export type WorkflowResult<Name extends WorkflowName> = z.output<(typeof workflowContracts)[Name]['output']>;
