import {
  isGrpcServiceError,
  ServiceError,
  WorkflowFailedError,
  type WorkflowClient,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunOutcome } from '../contracts/run.ts';
import { RUN_STATUSES, SEARCH_ATTRIBUTES, type RunStatus } from '../contracts/names.ts';
import type { Closed } from './closing-events.ts';
import { fittingOutcome } from './last-words.ts';
import { isMissing } from './missing.ts';
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

const ENDED: readonly string[] = RUN_STATUSES.slice(RUN_STATUSES.indexOf('completed'));

type Words = { status?: RunStatus; message: string; outcome?: RunOutcome };

/** The status that a run's own code set before it closed; undefined where it had no time to. */
function ownStatus({ searchAttributes }: WorkflowExecutionDescription): RunStatus | undefined {
  const status = searchAttributes[SEARCH_ATTRIBUTES.status]?.[0] as RunStatus | undefined;
  return status !== undefined && ENDED.includes(status) ? status : undefined;
}

/**
 * Status and words of a run that closed by itself: those of its own outcome, where it left one. An outcome that cannot be
 * read, because its blob or key is missing, is no failure of the run: then its search attribute says how it ended.
 */
async function ownWords(client: WorkflowClient, described: WorkflowExecutionDescription): Promise<Words> {
  const { workflowId, runId, status } = described;
  const plain = `The run ${status.name.toLowerCase()}.`;
  try {
    const handle = client.getHandle(workflowId, runId, { followRuns: false });
    const outcome = (await handle.result()) as Partial<RunOutcome> | null;
    const message = outcome?.error?.message ?? plain;
    return { status: outcome?.status, message, outcome: fittingOutcome(outcome) };
  } catch (error) {
    // A server that is away or a missing run is asked again in the next round.
    if (error instanceof ServiceError || isGrpcServiceError(error) || isMissing(error)) throw error;
    if (!(error instanceof WorkflowFailedError)) {
      const why = error instanceof Error ? error.message : String(error);
      return { status: ownStatus(described), message: `${plain} Its outcome cannot be read: ${why}` };
    }
    const { cause } = error;
    const [outcome] = (cause instanceof ApplicationFailure ? (cause.details ?? []) : []) as [Partial<RunOutcome>?];
    const message = cause instanceof Error ? cause.message : plain;
    return { status: outcome?.status, message, outcome: fittingOutcome(outcome) };
  }
}

function terminatedWords({ by, reason }: Closing): string {
  return `The run was terminated by ${by}${reason ? `: ${reason}` : '.'}`;
}

/** How a run was closed; undefined while it is open. */
export async function closedRun(
  client: WorkflowClient,
  described: WorkflowExecutionDescription,
): Promise<Closed | undefined> {
  const { workflowId, runId, startTime, closeTime } = described;
  const status = STATUSES[described.status.name];
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
  const own = await ownWords(client, described);
  return {
    ...common,
    status: own.status ?? status,
    message: own.message,
    outcome: own.outcome,
    byItself: status === 'completed' || own.status !== undefined,
  };
}
