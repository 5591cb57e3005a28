import type { z } from 'zod';
import type { AnyAgent } from '../agents/define-agent.ts';
import type { BatonClient, RunHandle, StartOptions } from '../client.ts';
import type { WorkflowName } from '../contracts/names.ts';
import type { OwnWorkflow } from '../contracts/own-workflow.ts';
import type { PlanResult, RegisteredPlan } from '../contracts/plan.ts';
import type { AgentOutcome } from '../contracts/run.ts';
import type { WorkflowInput, WorkflowResult } from '../contracts/workflow-contracts.ts';

/** What a test may run: an agent by itself, a plan, a workflow as its function, or a workflow or plan by its name. */
export type Runnable = AnyAgent | RegisteredPlan | OwnWorkflow<never, unknown> | string;

/** What it takes. */
export type InputOf<What extends Runnable> = What extends AnyAgent | RegisteredPlan
  ? z.input<What['input']>
  : What extends OwnWorkflow<infer Input, unknown>
    ? Input
    : What extends WorkflowName
      ? WorkflowInput<What>
      : unknown;

/** What it gives: of an agent the agent's own result. */
export type ResultOf<What extends Runnable> = What extends AnyAgent
  ? z.output<What['output']>
  : What extends RegisteredPlan
    ? PlanResult
    : What extends OwnWorkflow<never, infer Result>
      ? Result
      : What extends WorkflowName
        ? WorkflowResult<What>
        : unknown;

/** Result of the run: an agent by itself is run by `runAgent`, whose result is the agent's outcome. */
export type RunResultOf<What extends Runnable> = What extends AnyAgent ? AgentOutcome<ResultOf<What>> : ResultOf<What>;

/** Starts anything that is runnable. */
export function startRunnable(
  client: BatonClient,
  { what, input, options }: { what: Runnable; input: unknown; options: StartOptions },
): Promise<RunHandle> {
  if (typeof what === 'string') return client.startNamed(what, input, options);
  if (typeof what === 'function') return client.start(what, input as never, options);
  if ('plan' in what) return client.start(what, input, options);
  return client.start('runAgent', { agent: what.name, input }, options);
}
