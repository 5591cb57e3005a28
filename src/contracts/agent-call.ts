import type { NewEvent } from './event.ts';
import type { FailureType } from './names.ts';
import type { UserContext } from './user-context.ts';

/** Complete limits of an agent as workflows need them; complete, because a partial one would retry for ever. */
export type AgentLimits = {
  timeout_ms: number;
  heartbeat_timeout_ms: number;
  /** Attempts in all, the first included, lost workers excluded. */
  max_attempts: number;
  initial_interval_ms: number;
  backoff: number;
  max_interval_ms: number;
  /** Failures to retry that are not retried by default. */
  retry_on: FailureType[];
};

/** Input of every agent's activity. */
export type AgentCall<Input = unknown> = {
  context: UserContext;
  input: Input;
  agent_run: string;
  generation: number;
  step: string | null;
  of: number | null;
  parent: string | null;
  limits: AgentLimits;
  /** Events of the workflow that happened before this agent starts: they ride along instead of costing an activity. */
  events: NewEvent[];
};

/** Output of every agent's activity. */
export type AgentReturn<Result = unknown> = {
  result: Result;
  attempts: number;
  execution_time_ms: number;
  recovered: boolean;
  /** Whether the end was published; if not, the workflow publishes it. */
  told: boolean;
};

/** First detail of every failure that leaves an agent's activity. */
export type AgentFailureDetails = Pick<AgentReturn, 'attempts' | 'execution_time_ms' | 'told'>;
