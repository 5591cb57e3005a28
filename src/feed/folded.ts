import type { EventPayload } from '../contracts/event-payloads.ts';
import type { Failure } from '../contracts/failure.ts';
import type { RunStatus } from '../contracts/names.ts';

/** Thoughts, and calls of tools, that a folded agent keeps: a run of any length folds to a bounded view. */
export const KEPT_PER_AGENT = 200;

export type AgentState =
  | 'pending'
  | 'queued'
  | 'running'
  | 'retrying'
  | 'cancelling'
  | 'completed'
  | 'failed'
  | 'dead'
  | 'cancelled'
  | 'skipped';

export type FoldedTool = {
  call_id: string;
  tool_name: string;
  /** `ended`: the agent ended while the call was open. */
  state: 'running' | 'completed' | 'failed' | 'ended';
  started_at: string;
  execution_time_ms: number | null;
};

export type FoldedThought = { reasoning: string; step_number: number; progress: number; at: string };

/** A question to the user. `decision` is null until somebody or the expiry decides. */
export type FoldedApproval = {
  approval_id: string;
  question: string;
  options: string[];
  expires_at: string;
  /** Whether the user was reminded: it expires soon, and is then decided by its default. */
  reminded: boolean;
  decision: string | null;
  by: string | null;
};

/** Something that the run undid, in the order in which it was begun. */
export type FoldedCompensation = {
  /** The agent that undoes, or whose tools are undone. */
  agent: string;
  step: string | null;
  /** The `agent_run` whose work is undone. */
  of: string | null;
  generation: number;
  /** Null while it is under way. */
  success: boolean | null;
  error: Failure | null;
  started_at: string;
  ended_at: string | null;
};

/** One execution of an agent as its user sees it: the latest attempt, nothing doubled. */
export type FoldedAgent = {
  agent: string;
  /** Null while the agent is only planned. */
  agent_run: string | null;
  state: AgentState;
  generation: number;
  /** Plan step and number of steps, where the run is a plan. */
  step: string | null;
  of: number | null;
  attempt: number;
  exec: string | null;
  /** The latest of the shown attempt, at most `KEPT_PER_AGENT`; every one is an event of the run. */
  thoughts: FoldedThought[];
  /** How many thoughts the shown attempt had. */
  thoughts_total: number;
  /** The latest of the shown attempt, at most `KEPT_PER_AGENT`; those that are under way stay longest. */
  tools: FoldedTool[];
  /** How many calls the shown attempt made. */
  tools_total: number;
  progress: number;
  started_at: string | null;
  ended_at: string | null;
  execution_time_ms: number | null;
  recovered: boolean;
  next_attempt_in_ms: number | null;
  result: unknown;
  error: Failure | null;
  /** Why a skipped step was not run. */
  skipped: string | null;
  /** From the request to stop until a cancelled agent had stopped, or was abandoned, in milliseconds. */
  time_to_stop_ms: number | null;
  /** Whether the end is the workflow's verdict, which nothing overrides. */
  final: boolean;
};

export type StallReason = EventPayload<'run_stalled'>['reason'];

export type FoldedRun = {
  run_id: string;
  user_id: string;
  workflow_id: string;
  workflow: string | null;
  /** By `runStatus`. */
  status: RunStatus;
  /** Who paused the run; null while it is not paused, also where its status hides it. */
  paused_by: string | null;
  /** Why the run does not go on though it is open; null as far as is known it does. */
  stalled: StallReason | null;
  agents: FoldedAgent[];
  /** Its questions, also while the run is paused; those without a `decision` are open. */
  approvals: FoldedApproval[];
  compensations: FoldedCompensation[];
  started_at: string;
  ended_at: string | null;
  execution_time_ms: number | null;
  /** From the request to cancel the run until it had stopped and undone what it had to, in milliseconds. */
  time_to_stop_ms: number | null;
  summary: string | null;
  error: Failure | null;
};

export type FoldedFeed = {
  /** Highest sequence folded; the cursor to resume from. */
  seq: number;
  /** By first appearance. */
  runs: readonly FoldedRun[];
};
