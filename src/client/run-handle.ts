import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { MESSAGES } from '../contracts/names.ts';
import type { DecisionMessage, OperatorMessage } from '../contracts/run-messages.ts';
import type { BatonEvent } from '../contracts/event.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { RunState } from '../contracts/run-start.ts';
import { agentResults, type AgentResults } from './agent-results.ts';
import { decide } from './decide.ts';
import type { FeedSource } from './feed-source.ts';
import { followRun } from './follow-run.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import { numberFault } from '../contracts/number-fault.ts';
import { isMissing, missingRun, noSuchRun } from './missing-run.ts';
import { withStandings, type RunSummary } from './list-runs.ts';
import { runResult } from './run-result.ts';
import { runState } from './run-state.ts';
import { tellRun } from './tell-run.ts';
import { temporalServerOf } from './temporal-server.ts';
import { withOwnErrors } from './with-own-errors.ts';
import { retryNow } from './retry-now.ts';
import { retryRun, type RetryOptions } from './retry-run.ts';
import { cancelRun, terminateRun, type Acting } from './terminate-run.ts';

/** A decision; `by` is the client's user unless it says who else. */
type OwnDecision = Omit<DecisionMessage, 'by'> & { by?: string };
type Reason = Pick<OwnDecision, 'by' | 'comment' | 'data'>;

/**
 * A run of the client's user. Of a run of anybody else every call says that there is none: code `not_found`. Whatever
 * fails is a `BatonError`: `NetworkError` where Temporal does not answer.
 */
export type RunHandle<Result = unknown> = {
  runId: string;
  workflowId: string;
  /** Whether `start` found this run already there for the same request. */
  repeated: boolean;
  /**
   * The run's events from the first (or after the `seq` that was seen last), then live ones, until the run has ended or
   * `signal` aborts. Goes on by itself after an outage of the log of less than a minute; a run that was retried goes on.
   *
   * @throws BatonError `InvalidInput`, code `cursor_refused`, when the log has not what comes after the cursor;
   *   `NetworkError` when it stays away
   */
  events(options?: { after?: number; signal?: AbortSignal }): AsyncIterable<BatonEvent>;
  /** Waits for the end; a run that failed or was cancelled is an outcome, not an exception. */
  result(): Promise<RunOutcome<Result>>;
  /**
   * The live state, as a worker tells it.
   *
   * @throws BatonError `NetworkError`, code `no_worker`, when no worker answers within 10 seconds
   */
  state(): Promise<RunState>;
  /** The run as Temporal knows it, at once and also while no worker is up; undefined if Temporal has no such run. */
  describe(): Promise<RunSummary | undefined>;
  /** What the run was started with, and what each agent completed with, from its history. */
  agentResults(): Promise<AgentResults>;
  /** Asks the run to stop; its agents are told and may clean up. Cancelling a closed run does nothing. */
  cancel(by?: Partial<Acting>): Promise<void>;
  /**
   * Ends the run at once, without its code: for a run that does not react to `cancel`. What its tools did is undone.
   *
   * @throws BatonError `InvalidInput` with code `not_open` when the run has ended otherwise; `NetworkError` with code
   *   `unknown_to_temporal` when Temporal does not have it, although it is open in the log
   */
  terminate(by: Partial<Acting> & { reason: string }): Promise<{ repeated: boolean }>;
  /** Lets running agents finish and starts no new one. With no worker up it is kept for the next one. */
  pause(message?: OperatorMessage): Promise<void>;
  resume(message?: OperatorMessage): Promise<void>;
  /**
   * Answers a question of the run. It is recorded before the run hears of it, so that it survives whatever happens next.
   * The first decision counts; the same one again changes nothing.
   *
   * @throws BatonError `InvalidInput` with code `already_decided` (the first decision is `details.first`), `not_asked`, or
   *   `no_such_option`
   */
  decide(decision: OwnDecision): Promise<DecisionMessage>;
  /** `decide` with the option `approve`. */
  approve(approvalId: string, more?: Reason): Promise<DecisionMessage>;
  /** `decide` with the option `reject`. */
  reject(approvalId: string, more?: Reason): Promise<DecisionMessage>;
  /**
   * Starts a run again that failed, and reuses what its agents completed.
   *
   * @throws BatonError `InvalidInput` when the run has not ended, or there is nothing to retry
   */
  retry(options?: Partial<RetryOptions>): Promise<{ repeated: boolean }>;
  /**
   * Lets agents of an open run that wait for their next attempt make it at once. Returns their names.
   *
   * @throws BatonError `InvalidInput` when none waits
   */
  retryNow(by?: { by: string }): Promise<string[]>;
};

type Options = {
  client: WorkflowClient;
  workflowId: string;
  workflow: string;
  userId: string;
  runId: string;
  repeated: boolean;
  feed: FeedSource;
};

type EventOptions = { after?: number; signal?: AbortSignal };

const EVENT_OPTIONS: OptionNames<EventOptions> = { after: true, signal: true };
const DECISION: OptionNames<OwnDecision> = { approval_id: true, decision: true, by: true, comment: true, data: true };
const RETRY: OptionNames<RetryOptions> = { by: true, fromStep: true, permit: true };
const RETRY_NOW: OptionNames<{ by: string }> = { by: true };
const ACTING: OptionNames<Acting> = { by: true, reason: true };

function checked<T extends object>(given: T, what: string, names: OptionNames<NoInfer<T>>): T {
  const fault = optionsFault(given, names);
  if (fault) throw new BatonError('InvalidInput', `${what} ${fault}`);
  return given;
}

/** Handle of one run; knows its workflow id, not a Temporal run, so that it follows resets. */
export function createRunHandle<Result>(options: Options): RunHandle<Result> {
  const { client, workflowId, workflow, userId, runId, repeated, feed } = options;
  const where = { client, feed, workflowId, userId, runId };

  const vouch = () => feed.temporal.vouch(client);

  async function tell(message: string, payload: object): Promise<void> {
    try {
      await tellRun({ client, workflowId, message, payload });
    } catch (error) {
      if (!isMissing(error)) throw error;
      const found = await describe();
      if (!found) throw await missingRun(where, error);
      const refusal = `run ${runId} does not go on, so it takes no ${message}`;
      if (found.ended_at !== null) throw new BatonError('InvalidInput', refusal, { cause: error });
      throw new BatonError('NetworkError', `run ${runId} was not reached by ${message}; try again`, { cause: error });
    }
    // A stranger may have a run of the same id.
    await vouch();
  }

  async function summary(): Promise<RunSummary | undefined> {
    try {
      const [found] = await withStandings([await client.getHandle(workflowId).describe()], feed.log);
      return found;
    } catch (error) {
      if (!isMissing(error)) throw error;
      return undefined;
    }
  }

  async function describe(): Promise<RunSummary | undefined> {
    const found = await summary();
    if (found) return found;
    await vouch();
    // The one that vouches need not be the one that has answered.
    return summary();
  }

  /** By its events too: Temporal may have forgotten it. */
  async function exists(): Promise<boolean> {
    return (await feed.knows({ userId, runId, workflowId })) || (await describe()) !== undefined;
  }

  async function whereItIs<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw isMissing(error) ? await missingRun(where, error) : error;
    }
  }

  async function* events(given: EventOptions = {}) {
    const { after = 0, signal } = checked(given, 'the options of events', EVENT_OPTIONS);
    const fault = numberFault(after, { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true });
    if (fault) throw new BatonError('InvalidInput', `events: after ${fault}`);
    if (!(await exists())) throw noSuchRun(runId);
    yield* followRun({ client, feed, workflowId, userId, runId, after, signal });
  }

  async function take(given: OwnDecision): Promise<DecisionMessage> {
    const { by = userId, ...decision } = checked(given, 'a decision', DECISION);
    if (!(await exists())) throw noSuchRun(runId);
    return decide(where, { ...decision, by });
  }

  const handle: RunHandle<Result> = {
    runId,
    workflowId,
    repeated,
    result: () => whereItIs(() => runResult<Result>({ client, feed, workflowId, workflow, userId, runId })),
    events,
    state: () => whereItIs(() => runState({ client, workflowId })),
    describe,
    agentResults: () => whereItIs(() => agentResults(client, workflowId)),
    pause: async (message = { by: userId }) => tell(MESSAGES.pause, checked(message, 'a pause', ACTING)),
    resume: async (message = { by: userId }) => tell(MESSAGES.resume, checked(message, 'a resume', ACTING)),
    decide: take,
    approve: (approval_id, more) => take({ ...more, approval_id, decision: 'approve' }),
    reject: (approval_id, more) => take({ ...more, approval_id, decision: 'reject' }),
    async retry(given = {}) {
      const { by = userId, ...more } = checked(given, 'the options of a retry', RETRY);
      return whereItIs(() => retryRun({ client, log: feed.log, workflowId, vouch }, { by, ...more }));
    },
    async retryNow(given = { by: userId }) {
      const { by } = checked(given, 'the options of retryNow', RETRY_NOW);
      return whereItIs(() => retryNow(where, { by }));
    },
    async terminate(given) {
      const { by = userId, reason } = checked(given, 'what ends a run, as {"reason": "…"},', ACTING);
      return terminateRun(where, { by, reason });
    },
    async cancel(given = {}) {
      const { by = userId, reason } = checked(given, 'the options of a cancel', ACTING);
      try {
        await cancelRun(where, { by, reason });
      } catch (error) {
        // It has ended, so long ago that Temporal has forgotten it.
        if (!(error instanceof BatonError && error.code === 'not_open')) throw error;
      }
    },
  };
  return withOwnErrors(handle, temporalServerOf(client), vouch);
}
