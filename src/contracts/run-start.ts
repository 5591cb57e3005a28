import type { AgentLimits, AgentReturn } from './agent-call.ts';
import type { NewEvent } from './event.ts';
import type { AgentOutcome } from './run.ts';
import type { RunStatus } from './names.ts';
import type { DecisionMessage, PendingApproval } from './run-messages.ts';
import type { Undo } from './undo.ts';
import type { UserContext } from './user-context.ts';

/** Result of an agent that a run need not run again. */
export type ReusedResult = Pick<AgentReturn, 'result' | 'attempts' | 'execution_time_ms'>;

/** What a run takes along when it continues as new: its next part goes on where this one stopped. */
export type CarriedRun = {
  /** When the run began, in milliseconds since 1970: its deadline does not move. */
  started_at: number;
  outcomes: AgentOutcome[];
  /** How often each agent was called so far, by name. */
  occurrences: Record<string, number>;
  /** Events that no activity has taken along yet. */
  events: NewEvent[];
  undos: Undo[];
  decided: DecisionMessage[];
  paused_by: string | null;
};

/** Input of every Baton workflow: whose run it is, what was asked, and the limits in force when it was started. */
export type RunStart<Input = unknown> = {
  context: UserContext;
  input: Input;
  /** Limits by agent, from the app's manifest; in the input and hence in history, so that a replay uses the same. */
  limits: Record<string, AgentLimits>;
  /** Deadline of the whole run in milliseconds, a timer inside the workflow. */
  timeout_ms: number;
  /** `CONTRACT_VERSION` of the client that started the run. @default 1 */
  contract?: number;
  /** How often the run was started again after it had failed. @default 0 */
  generation?: number;
  /** Who started it again. */
  by?: string;
  /** Results by `agent_run` of agents that completed in an earlier generation; those agents are not run again. */
  reused?: Record<string, ReusedResult>;
  /** Executions that an agent undid, each with the generation in which it began anew. */
  anew?: Record<string, number>;
  /** Key by which the server shares workers among users; made from the user's id, which may be too long for one. */
  fairness_key?: string;
  /**
   * Incarnation of the effect ledger when the run was first started: a call that a ledger of another incarnation does not
   * have may have been made all the same. @default whatever the first attempt of each agent finds
   */
  incarnation?: string;
  /** Set where this is not the first part of a run that continued as new. */
  carried?: CarriedRun;
};

/** Answer of the query `state`. */
export type RunState = {
  status: RunStatus;
  /** Each `agent_run` that has not ended. */
  active: string[];
  /** Who paused the run; null unless it is paused. */
  paused_by: string | null;
  /** Questions that wait for an answer. */
  approvals: PendingApproval[];
  agents: AgentOutcome[];
};
