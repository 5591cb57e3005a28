// Runs inside the workflow sandbox.
import { ActivityCancellationType, type ActivityOptions, type LocalActivityOptions } from '@temporalio/workflow';
import type { AgentLimits } from '../contracts/agent-call.ts';
import { LOCAL_RETRY_MS, LOSS_ATTEMPTS, SERVER_MARGIN_MS } from '../contracts/names.ts';

/** Version of the orchestration; see `engineVersion`. */
type Version = 1 | 2;

function boundedByServer(limits: AgentLimits, version: Version): boolean {
  // A local agent's attempts are the same process's, and are counted by it alone.
  return version === 1 ? !limits.waits : limits.local === true;
}

function neverRetried(limits: AgentLimits, version: Version): string[] {
  // The server's own limit is reached only by an attempt that could not say how it ended.
  const slow = limits.retry_on.includes('AgentTimeout') || (version === 2 && !limits.local);
  return slow ? ['PayloadsTooLarge'] : ['TemporalTimeout:StartToClose', 'PayloadsTooLarge'];
}

function retryOf(limits: AgentLimits, version: Version) {
  return {
    initialInterval: limits.initial_interval_ms,
    backoffCoefficient: limits.backoff,
    maximumInterval: limits.max_interval_ms,
    // An attempt that waits for a limit or for a store is none. The activity itself bounds failures and losses, and the
    // run's deadline bounds all waiting.
    ...(boundedByServer(limits, version) && { maximumAttempts: limits.max_attempts + LOSS_ATTEMPTS }),
    nonRetryableErrorTypes: neverRetried(limits, version),
  };
}

/**
 * Temporal's options for one agent, complete: a partial retry policy would retry without end. Slowness, lost workers and
 * outages are different things, which only the activity can tell apart: the server counts no attempts, and waits longer
 * than the agent's limit, so that it is the activity that ends an agent which is too slow.
 */
export function agentActivityOptions(
  limits: AgentLimits,
  { fairnessKey, summary, version }: { fairnessKey?: string; summary: string; version: Version },
): ActivityOptions {
  const margin = version === 1 ? 0 : limits.heartbeat_timeout_ms + SERVER_MARGIN_MS;
  return {
    summary,
    startToCloseTimeout: limits.timeout_ms + margin,
    heartbeatTimeout: limits.heartbeat_timeout_ms,
    // The SDK's default returns before the agent has stopped: the feed would say "stopped" while a tool still runs.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: retryOf(limits, version),
    ...(fairnessKey !== undefined && { priority: { fairnessKey } }),
  };
}

/** Options of an agent that runs inside the workflow's own task: no queue, no heartbeat, no attempt that outlives it. */
export function localAgentOptions(
  limits: AgentLimits,
  { summary, version }: { summary: string; version: Version },
): LocalActivityOptions {
  return {
    summary,
    startToCloseTimeout: limits.timeout_ms,
    // A longer wait would hold the workflow's task open, and forget the attempts so far with its worker.
    localRetryThreshold: LOCAL_RETRY_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: retryOf(limits, version),
  };
}
