import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError, type WorkflowClient, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, TerminatedFailure } from '@temporalio/common';
import { generationOf } from '../contracts/generation-of.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { RunEnding } from '../notifier/event-log.ts';
import { agentOutcomes } from './agent-outcomes.ts';
import { closedOutcome } from './closed-outcome.ts';
import { describeSettled } from './describe-settled.ts';
import type { FeedSource } from './feed-source.ts';
import { isMissing, missingRun } from './missing-run.ts';

type Options = {
  client: WorkflowClient;
  feed: FeedSource;
  workflowId: string;
  workflow: string;
  userId: string;
  runId: string;
};

/** How often the log is asked beside waiting for Temporal, in milliseconds: the workflow may not get to close for long. */
const LOOK_EVERY_MS = 1_000;

/** How long Temporal may take to say whether a run that has ended was started again, in milliseconds. */
const STARTED_AGAIN_WITHIN_MS = 2_000;

/** How long a workflow that has published its end may take to close, in milliseconds. */
const CLOSES_WITHIN_MS = 2_000;

async function endingOf({ feed, userId, workflowId }: Options, since: number): Promise<RunEnding | undefined> {
  const standings = await feed.log.standings({ userId, workflowIds: [workflowId] });
  const ending = standings.get(workflowId)?.ending;
  return ending && ending.generation >= since ? ending : undefined;
}

async function untilEnded(options: Options, since: number, signal: AbortSignal): Promise<RunEnding | undefined> {
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    // Temporal is waited for as well, so that a log that is down costs nothing.
    const ending = await endingOf(options, since).catch(() => undefined);
    if (ending) return ending;
  }
  return undefined;
}

/** The run as Temporal has it; undefined where it has forgotten it. */
async function described({ client, workflowId }: Options): Promise<WorkflowExecutionDescription | undefined> {
  return client
    .getHandle(workflowId)
    .describe()
    .catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
}

/** Waits until Temporal has closed the run, and gives what Temporal knows of it. */
async function temporalOutcome<Result>(options: Options): Promise<RunOutcome<Result>> {
  const { client, feed, workflowId, workflow, userId, runId } = options;
  try {
    return (await client.getHandle(workflowId).result()) as RunOutcome<Result>;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    // A reset terminates the old execution and goes on in a new one of the same id.
    const { status } = await client.getHandle(workflowId).describe();
    if (cause instanceof TerminatedFailure && status.name === 'RUNNING') return temporalOutcome(options);
    const [outcome] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
    if (outcome && typeof outcome === 'object' && 'status' in outcome) return outcome as RunOutcome<Result>;
    // How it ended, Temporal knows; a log that is down only costs what its agents came to.
    const folded = await feed.fold({ userId, runId }).catch(() => undefined);
    const closed = await closedOutcome({ client, workflowId, cause, folded });
    return { run_id: runId, workflow_id: workflowId, workflow, ...closed } as RunOutcome<Result>;
  }
}

/** What Temporal has beyond the log of a run that has ended there; undefined where it has forgotten it or does not close. */
async function beyondLog<Result>(options: Options): Promise<RunOutcome<Result> | undefined> {
  try {
    const settled = await describeSettled({
      describe: () => described(options),
      isClosing: (one) => one?.status.name === 'RUNNING',
      patienceMs: CLOSES_WITHIN_MS,
    });
    return settled && settled.status.name !== 'RUNNING' ? await temporalOutcome<Result>(options) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a run came to that has ended in the log. Where its end was appended without an outcome, because it ran on older
 * code or was closed from outside, the status is that of the log all the same, and Temporal gives the rest while it can.
 */
async function loggedOutcome<Result>(options: Options, { status }: Pick<RunEnding, 'status'>) {
  const { feed, workflowId, workflow, userId, runId } = options;
  const kept = await feed.log.outcome({ userId, workflowId });
  if (kept && kept.status !== 'cancelled') return kept as RunOutcome<Result>;
  const folded = await feed.fold({ userId, runId });
  // Agents that were stopped have no outcome in the workflow, which was stopped with them.
  if (kept) return { ...kept, agents: agentOutcomes(folded) } as RunOutcome<Result>;
  const temporal = await beyondLog<Result>(options);
  return {
    ...temporal,
    run_id: runId,
    workflow_id: workflowId,
    workflow,
    status,
    execution_time_ms: folded?.execution_time_ms ?? temporal?.execution_time_ms,
    agents: temporal?.agents ?? agentOutcomes(folded),
    error: folded?.error ?? temporal?.error,
  } as RunOutcome<Result>;
}

/** Whether a run that has ended was started again since, so that its end is not the last one. */
async function startedAgain({ client, workflowId }: Options, { generation }: RunEnding): Promise<number | undefined> {
  const ask = () => client.getHandle(workflowId).describe();
  const found = await client.withDeadline(Date.now() + STARTED_AGAIN_WITHIN_MS, ask).catch(() => undefined);
  const next = found?.status.name === 'RUNNING' ? generationOf(found) : 0;
  return next > generation ? next : undefined;
}

/**
 * The end of a run that Temporal has forgotten, as its events tell.
 *
 * @throws BatonError `NetworkError`, code `unknown_to_temporal`, when it has not ended as far as is known
 */
async function forgotten<Result>(options: Options, missing: unknown): Promise<{ outcome: RunOutcome<Result> }> {
  const { client, feed, userId, runId } = options;
  await feed.temporal.vouch(client);
  const folded = await feed.fold({ userId, runId });
  if (!folded) throw missing;
  if (folded.ended_at === null) throw await missingRun(options, missing);
  return { outcome: await loggedOutcome<Result>(options, folded) };
}

async function waitForEnd<Result>(options: Options, since: number): Promise<RunOutcome<Result>> {
  const stop = new AbortController();
  const ended = untilEnded(options, since, stop.signal);
  try {
    const closed = temporalOutcome<Result>(options).then((outcome) => ({ outcome }));
    const first = await Promise.race([closed, ended]).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      return forgotten<Result>(options, error);
    });
    if (first && 'generation' in first) return await loggedOutcome<Result>(options, first);
    const ending = await endingOf(options, since).catch(() => undefined);
    const { outcome } = first as { outcome: RunOutcome<Result> };
    return ending ? await loggedOutcome<Result>(options, ending) : outcome;
  } finally {
    stop.abort();
  }
}

/**
 * Waits for a run's end; one that failed or was cancelled is an outcome too. What the log has counts: it keeps the end and
 * the outcome as long as the run's events, however the workflow is closed afterwards and for how long Temporal keeps it.
 */
export async function runResult<Result>(options: Options): Promise<RunOutcome<Result>> {
  const ending = await endingOf(options, 0).catch(() => undefined);
  if (!ending) return waitForEnd<Result>(options, 0);
  const again = await startedAgain(options, ending);
  return again === undefined ? loggedOutcome<Result>(options, ending) : waitForEnd<Result>(options, again);
}
