import { type z } from 'zod';
import { type workflowContracts } from '../../contracts/workflow-contracts.ts';
import { costOptimizationInput } from '../../contracts/cost-optimization.ts';

/** A workflow that may be started over HTTP. */
export type WorkflowEntry = {
  name: keyof typeof workflowContracts;
  description: string;
  /** What a caller over HTTP may give; stricter than the workflow's own input where that names files of the server. */
  input: z.ZodType;
};

/**
 * What may be started over HTTP. Paths are left out of `costOptimization`: they would let any user read any file that
 * the worker can; usage files come by upload.
 */
export const WORKFLOW_CATALOG: WorkflowEntry[] = [
  {
    name: 'costOptimization',
    description: 'From usage files to a savings plan',
    input: costOptimizationInput.omit({ files: true, prices: true }).strict(),
  },
];
