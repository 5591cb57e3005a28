import type { AgentLimits } from './agent-call.ts';
import type { AgentOutcome } from './run.ts';
import type { RunStatus } from './names.ts';
import type { UserContext } from './user-context.ts';

/** Input of every Baton workflow: whose run it is, what was asked, and the limits in force when it was started. */
export type RunStart<Input = unknown> = {
  context: UserContext;
  input: Input;
  /** Limits by agent, from the app's manifest; in the input and hence in history, so that a replay uses the same. */
  limits: Record<string, AgentLimits>;
  /** Deadline of the whole run in milliseconds, a timer inside the workflow. */
  timeout_ms: number;
};

/** Answer of the query `state`. */
export type RunState = {
  status: RunStatus;
  /** Agent that works now, if any. */
  active: string[];
  agents: AgentOutcome[];
};
