import type { Failure } from '../../contracts/failure.ts';
import type { PendingApproval } from '../../contracts/run-messages.ts';
import type { RunSummary } from '../../client/list-runs.ts';
import type { FoldedRun } from '../../feed/folded.ts';
import type { Poller } from '../../reconciler/pollers-of.ts';

/** Who held something up, as far as is known; times are ISO 8601 UTC. */
export type HeldBy = { by: string; reason: string | null; at: string | null };

/** An activity that has not ended, as Temporal has it. */
export type PendingAgent = {
  agent: string;
  activity_id: string;
  attempt: number;
  state: string;
  last_failure: string | null;
  /** See `thrownPlaces`. */
  last_failure_places: readonly string[];
  last_failure_type: string | null;
  /** When the attempt was asked for; of one that waits for its retry, when it will be. */
  scheduled_at: string | null;
  /** When the next attempt begins; null unless it waits for one. */
  next_attempt_at: string | null;
  started_at: string | null;
  last_heartbeat_at: string | null;
  heartbeat_timeout_ms: number | null;
  worker: string | null;
  /** Who paused it by Temporal's own tools. */
  paused: HeldBy | null;
};

/** The workflow's own task, while one is pending. */
export type WorkflowTask = {
  scheduled_at: string | null;
  started: boolean;
  attempt: number;
  /** Why it failed last. */
  failure: {
    message: string;
    /** Where the run and the code of the worker part, in words; undefined where that is not known or not the reason. */
    diverges?: string;
    /** See `thrownPlaces`. */
    places: readonly string[];
    cause: string;
    worker: string;
    at: string | null;
  } | null;
};

/** Everything that is known of a run at one moment; what `diagnose` judges. */
export type Evidence = {
  now: number;
  run: RunSummary;
  namespace: string;
  taskQueue: string;
  /** Names of the app's agents, as the run was started with them. */
  agents: readonly string[];
  pending: readonly PendingAgent[];
  workflowTask: WorkflowTask | null;
  /** Workflow ids of children that have not ended. */
  children: readonly string[];
  /** Workers that polled the run's queue in the last minutes. */
  pollers: readonly Poller[];
  /** Who paused the workflow itself by Temporal's own tools. */
  serverPause: HeldBy | null;
  cancelRequested: boolean;
  /** Where agents threw, by their messages; of the last failures of a run that has ended. */
  thrown: ReadonlyMap<string, readonly string[]>;
  log: {
    /** Where it is, without a password. */
    url: string;
    /** Why it cannot be reached. */
    error: string | null;
    /** Events that wait for it in this machine's outbox. */
    spooled: number;
  };
  /** The run as its events tell; undefined where there are none. */
  folded: FoldedRun | undefined;
  /** Who paused the run, where its events tell. */
  paused: HeldBy | null;
  /** Questions that wait for an answer. */
  approvals: readonly (Pick<PendingApproval, 'approval_id' | 'question' | 'options' | 'expires_at'> & {
    /** When it was asked. */
    asked_at: string | null;
    /** What is decided when nobody answers in time. */
    on_expiry: string | null;
  })[];
  /** How a closed run failed, in its own words, and what it came to. */
  error: Failure | null;
  result: unknown;
  /** Whether what a closed run did is being undone by a workflow of its own. */
  undoing: boolean;
};

export const REASONS = [
  'server_paused',
  'workflow_task_failing',
  'no_worker',
  'activity_paused',
  'log_down',
  'waiting_for_person',
  'paused',
  'limit',
  'retrying',
  'no_heartbeat',
  'busy',
  'cancelling',
  'working',
  'waiting_for_child',
  'idle',
  'undoing',
  'end_untold',
  'ended',
  'ended_badly',
] as const;
export type Reason = (typeof REASONS)[number];

/** What to do next. `command` is ready for a shell; null where it is nothing that a command of ours does. */
export type Remedy = { command: string | null; does: string };

export type Diagnosis = {
  reason: Reason;
  /** ISO 8601 UTC; null where nobody can tell. */
  since: string | null;
  /** One sentence: what holds the run up, or what it does. */
  summary: string;
  /** What it was seen by. */
  evidence: string[];
  remedies: Remedy[];
};
