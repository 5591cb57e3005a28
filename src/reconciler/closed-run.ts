import {
  isGrpcServiceError,
  WorkflowFailedError,
  type WorkflowClient,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunOutcome } from '../contracts/run.ts';
import type { RunStatus } from '../contracts/names.ts';
import type { Closed } from './closing-events.ts';
import { whoTerminated, type Closing } from './who-closed.ts';

const STATUSES: Partial<Record<string, RunStatus>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed_out',
};

const MESSAGES: Partial<Record<RunStatus, string>> = {
  cancelled: 'The run was cancelled.',
  timed_out: 'Temporal closed the run at its execution timeout.',
};

const GRPC_NOT_FOUND = 5;

export function isMissing(error: unknown): boolean {
  return (
    (isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND) ||
    (error instanceof Error && error.name === 'WorkflowNotFoundError')
  );
}

/** Status and words of a run that closed by itself: those of its own outcome, where it left one. */
async function ownWords(client: WorkflowClient, workflowId: string, runId: string): Promise<Partial<RunOutcome>> {
  try {
    return (await client.getHandle(workflowId, runId, { followRuns: false } as never).result()) as RunOutcome;
  } catch (error) {
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    const [outcome] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    const message = cause instanceof Error ? cause.message : undefined;
    return {
      ...(outcome as Partial<RunOutcome> | undefined),
      ...(message && { error: { type: 'AgentFailed', message } }),
    };
  }
}

function terminatedWords({ by, reason }: Closing): string {
  return `The run was terminated by ${by}${reason ? `: ${reason}` : '.'}`;
}

/** How a run was closed; undefined while it is open. */
export async function closedRun(
  client: WorkflowClient,
  { workflowId, runId, status: { name }, startTime, closeTime }: WorkflowExecutionDescription,
): Promise<Closed | undefined> {
  const status = STATUSES[name];
  if (!status) return undefined;
  const executionTimeMs = (closeTime ?? startTime).getTime() - startTime.getTime();
  if (status === 'terminated') {
    const terminated = await whoTerminated(client, { workflowId, runId });
    return {
      temporalRun: runId,
      executionTimeMs,
      status,
      message: terminatedWords(terminated),
      byItself: false,
      terminated,
    };
  }
  const fixed = MESSAGES[status];
  const common = { temporalRun: runId, executionTimeMs };
  // Only the run's own code closes it as cancelled.
  if (fixed) return { ...common, status, message: fixed, byItself: status === 'cancelled' };
  const own = await ownWords(client, workflowId, runId);
  const message = own.error?.message ?? `The run ${status}.`;
  return {
    ...common,
    status: own.status ?? status,
    message,
    byItself: status === 'completed' || own.status !== undefined,
  };
}
