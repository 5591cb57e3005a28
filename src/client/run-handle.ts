import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  type WorkflowClient,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import { ApplicationFailure, TerminatedFailure } from '@temporalio/common';
import { BatonError } from '../contracts/baton-error.ts';
import { MESSAGES, STATE_QUERY } from '../contracts/names.ts';
import type { DecisionMessage, OperatorMessage } from '../contracts/run-messages.ts';
import type { BatonEvent } from '../contracts/event.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { RunState } from '../contracts/run-start.ts';
import { closedOutcome } from './closed-outcome.ts';
import type { FeedSource } from './feed-source.ts';
import { runSummary, type RunSummary } from './list-runs.ts';
import { retryRun, type RetryOptions } from './retry-run.ts';

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
  /** Lets running agents finish and starts no new one. */
  pause(message: OperatorMessage): Promise<void>;
  resume(message: OperatorMessage): Promise<void>;
  /**
   * Answers a question of the run; the first decision counts.
   *
   * @throws BatonError `InvalidInput` when it was decided before, is not asked, or has no such option
   */
  decide(decision: DecisionMessage): Promise<void>;
  /** The same as a signal, which Temporal keeps also while no worker is up; a run ignores one that does not fit. */
  signalDecision(decision: DecisionMessage): Promise<void>;
  /**
   * Starts a run again that failed, and reuses what its agents completed.
   *
   * @throws BatonError `InvalidInput` when the run has not ended, or there is nothing to retry
   */
  retry(options: RetryOptions): Promise<{ repeated: boolean }>;
};

const NOT_FOUND = 5;

/** Temporal's word for "no such run, or none that still goes on". */
function isMissing(error: unknown): boolean {
  const missing = isGrpcServiceError(error) && error.code === NOT_FOUND;
  return missing || (error instanceof Error && error.name === 'WorkflowNotFoundError');
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

  /** As an update, which answers: a message that cannot be is refused with the reason. */
  async function tell(message: string, payload: object): Promise<void> {
    try {
      await client.getHandle(workflowId).executeUpdate(message, { args: [payload] });
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) {
        throw new BatonError('InvalidInput', error.cause?.message ?? error.message, { cause: error });
      }
      if (!isMissing(error)) throw error;
      throw new BatonError('InvalidInput', `run ${runId} does not go on, so it takes no ${message}`, { cause: error });
    }
  }

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
      const folded = await feed.fold({ userId, runId });
      const closed = await closedOutcome({ client, workflowId, cause, folded });
      return { run_id: runId, workflow_id: workflowId, workflow, ...closed } as RunOutcome<Result>;
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
    pause: (message) => tell(MESSAGES.pause, message),
    resume: (message) => tell(MESSAGES.resume, message),
    decide: (decision) => tell(MESSAGES.decide, decision),
    signalDecision: (decision) => client.getHandle(workflowId).signal(MESSAGES.decide, decision),
    retry: (retryOptions) => retryRun({ client, workflowId }, retryOptions),
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
