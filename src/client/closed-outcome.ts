import type { WorkflowClient } from '@temporalio/client';
import { CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import type { FailureType, RunStatus } from '../contracts/names.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { FoldedRun } from '../feed/folded.ts';
import { agentOutcomes } from './agent-outcomes.ts';
import { partialPlan } from './partial-plan.ts';

function howItClosed(cause: unknown): { status: RunStatus; type: FailureType; message: string } {
  if (cause instanceof TimeoutFailure)
    return { status: 'timed_out', type: 'AgentTimeout', message: 'Temporal closed the run at its execution timeout' };
  if (cause instanceof CancelledFailure)
    return { status: 'cancelled', type: 'Cancelled', message: 'the run was cancelled' };
  if (cause instanceof TerminatedFailure)
    return { status: 'terminated', type: 'AgentFailed', message: `the run was terminated: ${cause.message}` };
  return { status: 'failed', type: 'AgentFailed', message: cause instanceof Error ? cause.message : String(cause) };
}

type Options = { client: WorkflowClient; workflowId: string; cause: unknown; folded: FoldedRun | undefined };

/**
 * Outcome of a run that left none itself: Temporal keeps nothing that a workflow says when it is cancelled, terminated or
 * timed out. A plan's steps are read from its history.
 */
export async function closedOutcome({ client, workflowId, cause, folded }: Options): Promise<Partial<RunOutcome>> {
  const { status, type, message } = howItClosed(cause);
  const result = await partialPlan(client, await client.getHandle(workflowId).describe(), folded);
  const execution_time_ms = folded?.execution_time_ms ?? undefined;
  return { status, execution_time_ms, agents: agentOutcomes(folded), result, error: { type, message } };
}
