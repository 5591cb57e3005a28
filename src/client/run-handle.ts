import {
  isGrpcServiceError,
  WorkflowFailedError,
  type WorkflowClient,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/common';
import { STATE_QUERY, type RunStatus } from '../contracts/names.ts';
import type { BatonEvent } from '../contracts/event.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { RunState } from '../contracts/run-start.ts';
import type { FeedSource } from './feed-source.ts';
import { runSummary, type RunSummary } from './list-runs.ts';

export type RunHandle<Result = unknown> = {
  runId: string;
  workflowId: string;
  /** Whether `start` found this run already there for the same request. */
  repeated: boolean;
  /** The run's events from the first (or after `after`), then live ones, until the run has ended. */
  events(options?: { after?: number; signal?: AbortSignal }): AsyncIterable<BatonEvent>;
  /** Waits for the end; a run that failed or was cancelled is an outcome, not an exception. */
  result(): Promise<RunOutcome<Result>>;
  state(): Promise<RunState>;
  /** The run as Temporal knows it, at once and also while no worker is up; undefined if Temporal has no such run. */
  describe(): Promise<RunSummary | undefined>;
  /** Asks the run to stop; its agents are told and may clean up. Cancelling a closed run does nothing. */
  cancel(): Promise<void>;
};

const NOT_FOUND = 5;

/** Temporal's word for "no such run, or none that still goes on". */
function isMissing(error: unknown): boolean {
  const missing = isGrpcServiceError(error) && error.code === NOT_FOUND;
  return missing || (error instanceof Error && error.name === 'WorkflowNotFoundError');
}

function closedFromOutside(cause: unknown, timedOut: boolean): { status: RunStatus; message: string } {
  if (timedOut) return { status: 'timed_out', message: 'Temporal closed the run at its execution timeout' };
  if (cause instanceof CancelledFailure) return { status: 'cancelled', message: 'the run was cancelled' };
  if (cause instanceof TerminatedFailure)
    return { status: 'terminated', message: `the run was terminated: ${cause.message}` };
  return { status: 'failed', message: cause instanceof Error ? cause.message : String(cause) };
}

type Options = {
  client: WorkflowClient;
  workflowId: string;
  workflow: string;
  userId: string;
  runId: string;
  repeated: boolean;
  feed: FeedSource;
};

/** Handle of one run; knows its workflow id, not a Temporal run, so that it follows resets. */
export function createRunHandle<Result>(options: Options): RunHandle<Result> {
  const { client, workflowId, workflow, userId, runId, repeated, feed } = options;

  async function wasReset(): Promise<boolean> {
    const open: WorkflowExecutionStatusName = 'RUNNING';
    return (await client.getHandle(workflowId).describe()).status.name === open;
  }

  async function result(): Promise<RunOutcome<Result>> {
    try {
      return (await client.getHandle(workflowId).result()) as RunOutcome<Result>;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { cause } = error;
      // A reset terminates the old execution and goes on in a new one of the same id.
      if (cause instanceof TerminatedFailure && (await wasReset())) return result();
      const [outcome] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
      if (outcome && typeof outcome === 'object' && 'status' in outcome) return outcome as RunOutcome<Result>;
      const { status, message } = closedFromOutside(cause, cause instanceof TimeoutFailure);
      const ended = {
        run_id: runId,
        workflow_id: workflowId,
        workflow,
        status,
        agents: await feed.outcomes({ userId, runId }),
      };
      const type = status === 'cancelled' ? 'Cancelled' : status === 'timed_out' ? 'AgentTimeout' : 'AgentFailed';
      return { ...ended, error: { type, message } };
    }
  }

  return {
    runId,
    workflowId,
    repeated,
    result,
    events: ({ after = 0, signal } = {}) => feed.follow({ userId, runId, after, signal }),
    state: () => client.getHandle(workflowId).query<RunState>(STATE_QUERY),
    async describe() {
      try {
        return runSummary(await client.getHandle(workflowId).describe());
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async cancel() {
      try {
        await client.getHandle(workflowId).cancel();
      } catch (error) {
        // Closed already: what the caller wants is so.
        if (!isMissing(error)) throw error;
      }
    },
  };
}
