// Runs inside the workflow sandbox.
import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import type { AgentFailureDetails, AgentLimits, UnknownEffect } from '../contracts/agent-call.ts';
import type { NewEvent } from '../contracts/event.ts';
import type { Failure } from '../contracts/failure.ts';
import type { DeathReason } from '../contracts/names.ts';
import { failureType } from './failure-type.ts';

export type AgentFailureReport = {
  error: Failure;
  attempts: number;
  /** Whether `attempts` is a guess, because no attempt has said how it ended. */
  guessed?: boolean;
  /** Whether the activity itself published the end. */
  told: boolean;
  /** What the log does not have of it yet. */
  undelivered?: NewEvent[];
  /** A store was down for an agent in the workflow's own task, which is to be called as an activity. */
  postponed?: boolean;
  /** How the agent died, where it did not merely fail. */
  death?: DeathReason;
  /** How a cancelled agent stopped. */
  stopped?: 'stopped' | 'abandoned';
  /** The call whose outcome nobody knows, with `EffectUnknown`. */
  effect?: UnknownEffect;
};

function ofTimeout(agent: string, { timeoutType }: TimeoutFailure, limits: AgentLimits, attempts: number) {
  if (timeoutType === 'HEARTBEAT') {
    const message = `agent ${agent} was lost: no heartbeat for ${limits.heartbeat_timeout_ms} ms`;
    return {
      error: { type: 'HeartbeatLost' as const, message },
      attempts,
      guessed: true,
      told: false,
      death: 'no_heartbeat' as const,
    };
  }
  const message = `agent ${agent} timed out after its limit of ${limits.timeout_ms} ms`;
  const error = { type: 'AgentTimeout' as const, message };
  return { error, attempts, guessed: true, told: false, death: 'timeout' as const };
}

/** Reads what an activity's failure means for its agent. Temporal wraps the activity's own error as the cause. */
export function agentFailure(agent: string, thrown: unknown, limits: AgentLimits): AgentFailureReport {
  const cause = thrown instanceof ActivityFailure ? thrown.cause : thrown;
  const exhausted = thrown instanceof ActivityFailure && thrown.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
  const guess = exhausted ? limits.max_attempts : 1;
  if (cause instanceof TimeoutFailure) return ofTimeout(agent, cause, limits, guess);
  const details =
    cause instanceof ApplicationFailure || cause instanceof CancelledFailure ? cause.details?.[0] : undefined;
  const { attempts = guess, told = false, ...more } = (details ?? {}) as Partial<AgentFailureDetails>;
  const { effect, stopped, undelivered, death: died, postponed } = more;
  const guessed = (details as Partial<AgentFailureDetails> | undefined)?.attempts === undefined;
  if (cause instanceof CancelledFailure) {
    return { error: { type: 'Cancelled', message: cause.message }, attempts, guessed, told, stopped, undelivered };
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  const type = failureType(cause);
  const death = died ?? (type === 'AgentSilent' ? 'silent' : type === 'AgentTimeout' ? 'timeout' : undefined);
  return { error: { type, message }, attempts, guessed, told, death, effect, undelivered, postponed };
}
