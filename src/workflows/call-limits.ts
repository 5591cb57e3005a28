// Runs inside the workflow sandbox.
import { ApplicationFailure } from '@temporalio/workflow';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { LOCAL_TIMEOUT_MS } from '../contracts/names.ts';
import { nearestNames } from '../contracts/nearest-names.ts';
import { MAX_DURATION_MS } from '../contracts/number-fault.ts';
import { optionsFault, type OptionNames } from '../contracts/option-names.ts';
import type { RunStart } from '../contracts/run-start.ts';

/** How one call of an agent differs from the agent's own definition. */
export type AgentOptions = {
  /** Names this execution in the run; unique. @default `<agent>-<n>`, counted by agent */
  agentRun?: string;
  /** Id of the plan's step, and number of steps. */
  step?: string;
  of?: number;
  /** The `agent_run` that asked for this one. */
  parent?: string;
  /** Limits of this call that differ from the agent's. */
  limits?: Partial<AgentLimits>;
};

const OPTIONS: OptionNames<AgentOptions> = { agentRun: true, step: true, of: true, parent: true, limits: true };
const LIMITS: OptionNames<AgentLimits> = {
  timeout_ms: true,
  heartbeat_timeout_ms: true,
  max_attempts: true,
  initial_interval_ms: true,
  backoff: true,
  max_interval_ms: true,
  retry_on: true,
  local: true,
  compensates: true,
  waits: true,
  limit_per_user: true,
  limit_total: true,
  limit_user: true,
};

/** A misspelled option would be ignored without a word. */
function checkOptions(agent: string, options: AgentOptions) {
  const unusable = optionsFault(options, OPTIONS);
  const limits = unusable || options.limits === undefined ? undefined : optionsFault(options.limits, LIMITS);
  if (!unusable && !limits) return;
  const fault = unusable ? `the options of its call ${unusable}` : `the limits of its call ${limits}`;
  throw ApplicationFailure.nonRetryable(`agent ${agent}: ${fault}`, 'InvalidInput');
}

const DURATIONS = ['timeout_ms', 'heartbeat_timeout_ms', 'initial_interval_ms', 'max_interval_ms'] as const;

/** The server refuses each task of a run that schedules an agent with limits that it does not take. */
function checkLimits(agent: string, limits: AgentLimits) {
  const { max_attempts, backoff, retry_on } = limits;
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1 && value <= MAX_DURATION_MS;
  const bad =
    DURATIONS.find((name) => !isCount(limits[name])) ??
    (isCount(max_attempts) ? undefined : 'max_attempts') ??
    (Number.isFinite(backoff) && backoff >= 1 ? undefined : 'backoff') ??
    (Array.isArray(retry_on) ? undefined : 'retry_on');
  if (!bad) return;
  const message = `agent ${agent}: its limit ${bad} cannot be ${String(limits[bad])}`;
  throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
}

type Limiting = { start: Pick<RunStart<unknown>, 'limits'>; version: 1 | 2 };

/**
 * Limits of one call: the agent's own, and what the call says otherwise.
 *
 * @throws ApplicationFailure `InvalidInput` where the run knows no such agent, or an option or a limit cannot be
 */
export function callLimits(agent: string, options: AgentOptions, { start, version }: Limiting): AgentLimits {
  if (version > 1) checkOptions(agent, options);
  const known = Object.hasOwn(start.limits, agent) ? start.limits[agent] : undefined;
  if (!known) {
    const nearest = nearestNames(agent, Object.keys(start.limits)).join(', ') || 'none';
    const message = `no limits for agent ${agent} in the run's input: its app has no such agent; the nearest names: ${nearest}`;
    throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
  }
  const merged = { ...known, ...options.limits };
  if (merged.local && merged.timeout_ms > LOCAL_TIMEOUT_MS) {
    const message = `agent ${agent} is local: its limit may be ${LOCAL_TIMEOUT_MS} ms at most, not ${merged.timeout_ms}`;
    throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
  }
  if (version === 1) return merged;
  checkLimits(agent, merged);
  // A call that only says when to try first means no less than that.
  return { ...merged, max_interval_ms: Math.max(merged.max_interval_ms, merged.initial_interval_ms) };
}
