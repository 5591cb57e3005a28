/**
 * Names both sides of a wire must agree on. Imports nothing, so that workflows, browsers and servers may all use it.
 * Renaming one strands running workflows and committed histories; a test pins them.
 */

/** Task queue that workers poll unless told otherwise. */
export const TASK_QUEUE = 'baton';

/**
 * Version of what a client hands to a workflow. Raised where an older worker could not do what a newer client asks; what
 * an older one may ignore does not raise it.
 */
export const CONTRACT_VERSION = 1;

/** Marks the histories of runs that began under version 2 of the orchestration; see `engineVersion`. */
export const ENGINE_PATCH = 'baton-engine-2';

/** Workflow types that ship with Baton; a Temporal workflow type is what a caller gives as `workflow`. */
export const WORKFLOWS = ['costOptimization', 'runAgent', 'runPlan'] as const;
export type WorkflowName = (typeof WORKFLOWS)[number];

/** The five agents of `costOptimization`, in the order in which they run. An activity type is named after its agent. */
export const COST_AGENTS = ['triage', 'data_helper', 'optimization', 'actions', 'reporting'] as const;
export type CostAgentName = (typeof COST_AGENTS)[number];

/** Activity that publishes events of the workflow itself; it is not an agent, hence the dot, which no agent's name may have. */
export const PUBLISH_ACTIVITY = 'baton.publish';

/** Activity that claims the answer to a question in the store, where the first one stands. */
export const CLAIM_ACTIVITY = 'baton.claim';

/** Activity that asks the store how many attempts agents have made of which the workflow knows only that they stopped. */
export const ATTEMPTS_ACTIVITY = 'baton.attempts';

/** Activity that puts a run's end and its outcome into the log, together. */
export const END_ACTIVITY = 'baton.end';

/**
 * What the task queue of the engine's own activities has in addition to the run's: workers have places of their own for
 * these, so that no run's end waits until some agent of another run has ended.
 */
export const ENGINE_QUEUE_SUFFIX = '.engine';

/** Activity that undoes what the tools of one agent's execution did, from the effect ledger. */
export const UNDO_ACTIVITY = 'baton.undo';

/** `agent_run` of an agent that undoes something begins so. */
export const UNDO_PREFIX = 'undo-';

/** Workflow that undoes what a run did that was closed from outside. Nobody starts it but the reconciler. */
export const COMPENSATE_WORKFLOW = 'compensateRun';

/** Attempts to undo what can be undone; then the rest is reported as failed. Lost workers come on top. */
export const UNDO_ATTEMPTS = 5;

/** Limit of one attempt to undo, in milliseconds: it may have to wait until a call that is under way has ended. */
export const UNDO_TIMEOUT_MS = 5 * 60_000;

/** Name of the query that answers with the run's live state. */
export const STATE_QUERY = 'state';

/** Messages that every run understands, as signals and as updates. */
export const MESSAGES = { decide: 'decide', pause: 'pause', resume: 'resume' } as const;

/** A question that does not say more. */
export const ASK_DEFAULTS = { options: ['approve', 'reject'], expiresMs: 30 * 60_000 } as const;

/** When a question that does not say more is brought to mind: its last fifth, at most ten minutes, if it has a minute. */
export const REMINDER = { share: 0.2, mostMs: 10 * 60_000, fromMs: 60_000 } as const;

/** An agent that has not begun after this many milliseconds is shown as queued. */
export const QUEUED_AFTER_MS = 1_000;

/** `exec` of what is told of a run from outside, by a reconciler or a command: no worker had to be there for it. */
export const OUTSIDE_EXEC = 'reconciler';

export const AGENT_END_TYPES = ['agent_completed', 'agent_error', 'agent_death', 'agent_cancelled'] as const;
export type AgentEndType = (typeof AGENT_END_TYPES)[number];

export const RUN_END_TYPES = ['run_completed', 'run_failed', 'run_cancelled'] as const;
export type RunEndType = (typeof RUN_END_TYPES)[number];

export const DEATH_REASONS = ['silent', 'timeout', 'no_heartbeat', 'memory', 'terminated'] as const;
export type DeathReason = (typeof DEATH_REASONS)[number];

/** Every `ApplicationFailure.type` that crosses the edge of an activity. */
export const FAILURE_TYPES = [
  'InvalidInput',
  'InvalidOutput',
  'AgentSilent',
  'AgentFailed',
  'AgentTimeout',
  'HeartbeatLost',
  'Cancelled',
  'ToolFailed',
  'ToolTimeout',
  'NetworkError',
  'RateLimited',
  'OutOfMemory',
  'PartialResult',
  'EffectUnknown',
  'BudgetExceeded',
  'PayloadTooLarge',
  'InsufficientData',
  'Rejected',
  'RunTooLarge',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** Never retried, whatever an agent or a step says. */
export const NEVER_RETRIED: readonly FailureType[] = [
  'InvalidInput',
  'EffectUnknown',
  'BudgetExceeded',
  'PayloadTooLarge',
  'InsufficientData',
  'Rejected',
  'RunTooLarge',
  'Cancelled',
];

/** Retried only where the agent or the step names them: the same code mostly fails the same way again. */
export const RETRIED_ON_REQUEST: readonly FailureType[] = [
  'InvalidOutput',
  'AgentSilent',
  'OutOfMemory',
  'AgentTimeout',
  'ToolTimeout',
  'HeartbeatLost',
];

export const RUN_STATUSES = [
  'queued',
  'running',
  'paused',
  'waiting',
  'completed',
  'completed_with_errors',
  'insufficient_data',
  'failed',
  'cancelled',
  'timed_out',
  'terminated',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** What became of a step of a plan. */
export const STEP_STATUSES = ['completed', 'failed', 'skipped', 'cancelled', 'compensated'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];

/** Most steps of a plan, and how many of them run at once where the plan does not say. */
export const MAX_PLAN_STEPS = 500;
export const DEFAULT_MAX_PARALLEL = 20;

/**
 * Most bytes of JSON of a run's input, together with its metadata or with a plan and its supplied results. Temporal takes
 * about as much as one payload, so that a start needs no store.
 */
export const MAX_INPUT_BYTES = 2_000_000;

/** Most bytes of JSON of one agent's result. */
export const MAX_RESULT_BYTES = 4_000_000;

/** Most bytes of JSON of what a run came to: a result, and what the run says beside it. */
export const MAX_OUTCOME_BYTES = MAX_RESULT_BYTES + 100_000;

/** Search attributes of every run; the embedded server registers them. */
export const SEARCH_ATTRIBUTES = {
  user: 'BatonUser',
  thread: 'BatonThread',
  kind: 'BatonKind',
  status: 'BatonStatus',
  savings: 'BatonSavingsUsd',
  cost: 'BatonCostUsd',
} as const;

/** Limits of an agent that says nothing else. Durations in milliseconds; `maxAttempts` counts the first attempt. */
export const AGENT_DEFAULTS = {
  timeoutMs: 30_000,
  heartbeatTimeoutMs: 10_000,
  maxAttempts: 4,
  initialIntervalMs: 200,
  backoff: 2,
  maxIntervalMs: 10_000,
} as const;

/** Limit of one attempt of a local agent, in milliseconds: its workflow does nothing else meanwhile. */
export const LOCAL_TIMEOUT_MS = 1_000;

/** Wait between attempts of a local agent beyond which a timer of the workflow takes over, in milliseconds. */
export const LOCAL_RETRY_MS = 1_000;

/**
 * Processes that may die while they run one execution of an agent; then it is not tried again, for it may be what kills
 * them. Shutdowns, pauses, outages and a server that was away are no such losses.
 */
export const MAX_LOSSES = 3;

/**
 * Extra attempts that the server may spend on lost workers, in runs of version 1 of the orchestration and for agents in
 * the workflow's own task; else the server counts no attempts at all.
 */
export const LOSS_ATTEMPTS = 2;

/**
 * How much longer than the agent's own limit and heartbeat timeout the server waits for an attempt to end, in
 * milliseconds: one that has ended, but could not say so because the server was away, is lost and not too slow.
 */
export const SERVER_MARGIN_MS = 10_000;

/** The activity enforces its own deadline this long before the server's, so that it can still say what happened. */
export const DEADLINE_MARGIN_MS = 50;

/** Workflow id of a run: readable in Temporal UI, unique per user over all workflows' run ids. */
export function workflowIdOf({ workflow, userId, runId }: { workflow: string; userId: string; runId: string }): string {
  return `${workflow}/${encodeURIComponent(userId)}/${encodeURIComponent(runId)}`;
}

/**
 * Workflow id of the undoing of one Temporal run: a run that is retried after it and terminated again is undone again.
 * `workflowId` is the run's.
 */
export function compensationIdOf({ workflowId, temporalRun }: { workflowId: string; temporalRun: string }): string {
  const [, user, run] = workflowId.split('/');
  return `${COMPENSATE_WORKFLOW}/${user}/${run}/${temporalRun}`;
}

/** Newest event envelope this code writes. Fields are added, never renamed, so older and newer readers both cope. */
export const EVENT_SCHEMA_VERSION = 1;

/** Errors of workflow code that end a run; by default such a bug would retry its workflow task for ever. */
export const WORKFLOW_FAILURES = ['TypeError', 'RangeError', 'ReferenceError'] as const;

/** How long a run's last words wait for a log that is down before they are left to an outbox, in milliseconds. */
export const LOG_PATIENCE_MS = 5 * 60_000;

/**
 * Deadline of a run that says nothing else, and what the server adds so that the run can still compensate and speak, also
 * where its last words wait.
 */
export const RUN_TIMEOUT_MS = 60 * 60_000;
export const RUN_TIMEOUT_MARGIN_MS = LOG_PATIENCE_MS + 60_000;
