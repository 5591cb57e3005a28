import type { Context } from '@temporalio/activity';

/** What the next attempt learns from this one, also when this one's process is gone. */
export type HeartbeatDetails = {
  /** Failures of the agent itself; lost workers are not among them. */
  failures: number;
  /** Attempts that only found out that they must wait, and attempts that a shutdown ended. */
  waits: number;
  interruptions: number;
  /** Whether the user was told that the agent waits. */
  queued: boolean;
  /** Attempts whose worker was lost, as far as the user was told. */
  losses: number;
};

/** What became of the attempts before this one. */
export function earlierAttempts({ info }: Pick<Context, 'info'>): HeartbeatDetails {
  // A local activity has no heartbeat; its attempts are counted in one process only, where each ended by a failure.
  if (info.isLocal) return { failures: info.attempt - 1, waits: 0, interruptions: 0, queued: false, losses: 0 };
  const { attempt = 0, ...details } = (info.heartbeatDetails ?? {}) as Partial<HeartbeatDetails> & { attempt?: number };
  // An operator who resets an activity has its attempts counted from 1 again, and keeps what the earlier ones left.
  const kept = attempt < info.attempt ? details : {};
  return { failures: 0, waits: 0, interruptions: 0, queued: false, losses: 0, ...kept };
}

/** Attempts before this one of which nothing was heard: their workers are lost. */
export function lostAttempts({ info }: Pick<Context, 'info'>, earlier: HeartbeatDetails): number {
  return info.attempt - 1 - earlier.failures - earlier.waits - earlier.interruptions;
}

/** Leaves word for the next attempt at once. */
export function leaveWord(context: Context, details: HeartbeatDetails): void {
  if (!context.info.isLocal) context.heartbeat({ ...details, attempt: context.info.attempt });
}

/** Longest time between heartbeats in milliseconds: a cancel reaches an agent by the answer to one. */
const CANCEL_LATENCY_MS = 500;

/**
 * Heartbeats at a third of the timeout, or every half second, until stopped. From the activity's first line to its
 * last: a heartbeat that covers only the tool calls lets the server take a thinking agent for lost. `onBeat` is called
 * with each. None is sent at once: the start is news enough, and short agents are spared a call to the server.
 */
export function startHeartbeat(context: Context, details: object, onBeat?: () => void): () => void {
  if (context.info.isLocal) return () => undefined;
  const everyMs = Math.max(10, Math.min(CANCEL_LATENCY_MS, (context.info.heartbeatTimeoutMs ?? 10_000) / 3));
  const timer = setInterval(() => {
    context.heartbeat({ ...details, attempt: context.info.attempt });
    onBeat?.();
  }, everyMs);
  return () => clearInterval(timer);
}
