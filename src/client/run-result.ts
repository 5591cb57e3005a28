import { WorkflowFailedError, type WorkflowClient } from '@temporalio/client';
import { ApplicationFailure, TerminatedFailure } from '@temporalio/common';
import type { RunOutcome } from '../contracts/run.ts';
import { closedOutcome } from './closed-outcome.ts';
import type { FeedSource } from './feed-source.ts';

type Options = {
  client: WorkflowClient;
  feed: FeedSource;
  workflowId: string;
  workflow: string;
  userId: string;
  runId: string;
};

/** Waits for a run's end; one that failed or was cancelled is an outcome too. */
export async function runResult<Result>(options: Options): Promise<RunOutcome<Result>> {
  const { client, feed, workflowId, workflow, userId, runId } = options;
  try {
    return (await client.getHandle(workflowId).result()) as RunOutcome<Result>;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    // A reset terminates the old execution and goes on in a new one of the same id.
    const { status } = await client.getHandle(workflowId).describe();
    if (cause instanceof TerminatedFailure && status.name === 'RUNNING') return runResult(options);
    const [outcome] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    if (outcome && typeof outcome === 'object' && 'status' in outcome) return outcome as RunOutcome<Result>;
    // How it ended, Temporal knows; a log that is down only costs what its agents came to.
    const folded = await feed.fold({ userId, runId }).catch(() => undefined);
    const closed = await closedOutcome({ client, workflowId, cause, folded });
    return { run_id: runId, workflow_id: workflowId, workflow, ...closed } as RunOutcome<Result>;
  }
}
