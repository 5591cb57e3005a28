import type { Context } from '@temporalio/activity';

/** What the next attempt learns from this one, also when this one's process is gone. */
export type HeartbeatDetails = { failures: number };

/** Failures of the agent itself before this attempt; lost workers are not among them. */
export function earlierFailures({ info }: Pick<Context, 'info'>): number {
  const details = info.heartbeatDetails as Partial<HeartbeatDetails> | undefined;
  return details?.failures ?? 0;
}

/**
 * Heartbeats at a third of the timeout until stopped. From the activity's first line to its last: a heartbeat that
 * covers only the tool calls lets the server take a thinking agent for lost.
 */
export function startHeartbeat(context: Context, details: HeartbeatDetails): () => void {
  const everyMs = Math.max(10, (context.info.heartbeatTimeoutMs ?? 10_000) / 3);
  context.heartbeat(details);
  const timer = setInterval(() => context.heartbeat(details), everyMs);
  return () => clearInterval(timer);
}
