import type { AgentLimits } from '../contracts/agent-call.ts';

/** Wait in milliseconds after the `failures`-th failure: doubling (or as the agent says) up to a cap. */
export function retryDelayMs(
  failures: number,
  { initial_interval_ms, backoff, max_interval_ms }: AgentLimits,
  retryAfterMs = 0,
): number {
  return Math.max(retryAfterMs, Math.min(max_interval_ms, initial_interval_ms * backoff ** (failures - 1)));
}
