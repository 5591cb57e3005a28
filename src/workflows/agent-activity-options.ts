// Runs inside the workflow sandbox.
import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { LOCAL_RETRY_MS, LOSS_ATTEMPTS } from '../contracts/names.ts';

function retryOf(limits: AgentLimits) {
  return {
    initialInterval: limits.initial_interval_ms,
    backoffCoefficient: limits.backoff,
    maximumInterval: limits.max_interval_ms,
    // An attempt that a limit puts off is none; where that can be, the activity itself bounds what counts.
    ...(!limits.waits && { maximumAttempts: limits.max_attempts + LOSS_ATTEMPTS }),
    nonRetryableErrorTypes: limits.retry_on.includes('AgentTimeout')
      ? ['PayloadsTooLarge']
      : ['TemporalTimeout:StartToClose', 'PayloadsTooLarge'],
  };
}

/**
 * Temporal's options for one agent, complete: a partial retry policy would retry without end. Slowness and worker loss
 * are different budgets, so the server's attempts exceed the agent's own, and running out of time is not retried.
 */
export function agentActivityOptions(
  limits: AgentLimits,
  { fairnessKey, summary }: { fairnessKey?: string; summary: string },
): ActivityOptions {
  return {
    summary,
    startToCloseTimeout: limits.timeout_ms,
    heartbeatTimeout: limits.heartbeat_timeout_ms,
    // The SDK's default returns before the agent has stopped: the feed would say "stopped" while a tool still runs.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: retryOf(limits),
    ...(fairnessKey !== undefined && { priority: { fairnessKey } }),
  };
}

/** Options of an agent that runs inside the workflow's own task: no queue, no heartbeat, no attempt that outlives it. */
export function localAgentOptions(limits: AgentLimits, summary: string): LocalActivityOptions {
  return {
    summary,
    startToCloseTimeout: limits.timeout_ms,
    // A longer wait would hold the workflow's task open, and forget the attempts so far with its worker.
    localRetryThreshold: LOCAL_RETRY_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: retryOf(limits),
  };
}
