import type { NewEvent } from './event.ts';
import type { FailureType } from './names.ts';
import type { DecisionMessage, Question } from './run-messages.ts';
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
  /** Whether it runs inside the workflow's own task, as a local activity. */
  local?: boolean;
  /** Whether any of its tools can be undone: the workflow registers one undo before it calls the agent. */
  compensates?: boolean;
  /**
   * Whether an attempt may be put off by a limit. Such attempts are no failures, so the server must not count attempts
   * for it; the activity itself bounds failures and lost workers.
   */
  waits?: boolean;
  /** How many of this agent may work at once for one user, and in all. */
  limit_per_user?: number;
  limit_total?: number;
  /** How many agents of any name may work at once for one user. */
  limit_user?: number;
};

/** A call of a tool whose outcome nobody knows; a person must say whether it happened. */
export type UnknownEffect = {
  agent_run: string;
  tool: string;
  call_id: string;
  idempotency_key: string;
  /** The ledger's incarnation. */
  incarnation?: string;
  /** The call's input as shown to a person: redacted and shortened. */
  parameters: unknown;
};

/** What a person said about an unknown call. `done` needs the receipt that the call would have returned. */
export type EffectAnswer = {
  idempotency_key: string;
  /** The ledger's incarnation when it was asked; not known of older questions. */
  incarnation?: string;
} & ({ happened: 'done'; receipt: unknown } | { happened: 'not_done' });

/** Input of every agent's activity. */
export type AgentCall<Input = unknown> = {
  context: UserContext;
  input: Input;
  agent_run: string;
  generation: number;
  /** The generation in which this execution began anew, after an agent had undone it. */
  anew?: number;
  step: string | null;
  of: number | null;
  parent: string | null;
  limits: AgentLimits;
  /** Events of the workflow that happened before this agent starts: they ride along instead of costing an activity. */
  events: NewEvent[];
  /** Answers to calls that an earlier execution of this agent had to leave as `EffectUnknown`. */
  effect_answers?: EffectAnswer[];
  /** Answers to this agent's own questions, in the order in which it asked. */
  answers?: DecisionMessage[];
  /** Incarnation of the effect ledger that the run's start names. */
  incarnation?: string;
  /** An agent in the workflow's own task that finds a store down is called again as an ordinary activity. */
  may_be_postponed?: boolean;
};

/** Output of every agent's activity. */
export type AgentReturn<Result = unknown> = {
  result: Result;
  attempts: number;
  execution_time_ms: number;
  recovered: boolean;
  /** Whether the end was published or is among `undelivered`; if not, the workflow publishes it. */
  told: boolean;
  /** Events that an outbox holds, because the log was down, at most 64 kB: the workflow delivers them as well. */
  undelivered?: NewEvent[];
  /** The agent cannot go on without this answer; there is no result, and nothing has ended. */
  question?: Question;
  /** How many calls its tools have made that can be undone, in all attempts; absent where the ledger cannot vouch for it. */
  calls?: number;
  /** Which execution this was; a run that is started again finds its results by it. */
  agent_run?: string;
};

/** First detail of every failure that leaves an agent's activity. */
export type AgentFailureDetails = Pick<AgentReturn, 'attempts' | 'execution_time_ms' | 'told' | 'undelivered'> & {
  /** With `EffectUnknown`: which call. The agent's end was not told, because asking a person may still save it. */
  effect?: UnknownEffect;
  /** An isolated agent ran out of its memory; elsewhere `OutOfMemory` is an error like others. */
  death?: 'memory';
  /** An agent in the workflow's own task found a store down: nothing has ended, it is to be called as an activity. */
  postponed?: boolean;
  /** How the agent stopped after a cancel; the workflow tells it, because it knows when the request came. */
  stopped?: 'stopped' | 'abandoned';
};
