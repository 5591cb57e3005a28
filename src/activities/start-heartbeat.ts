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
  /** Attempts in a row, up to the last one, that ended because a store was down. */
  outages: number;
  /** Whether an attempt has opened the effect ledger. */
  opened: boolean;
};

const NOTHING: HeartbeatDetails = {
  failures: 0,
  waits: 0,
  interruptions: 0,
  queued: false,
  losses: 0,
  outages: 0,
  opened: false,
};

/** What became of the attempts before this one. */
export function earlierAttempts({ info }: Pick<Context, 'info'>): HeartbeatDetails {
  // A local activity has no heartbeat; its attempts are counted in one process only, where each ended by a failure.
  if (info.isLocal) return { ...NOTHING, failures: info.attempt - 1 };
  const { attempt = 0, ...details } = (info.heartbeatDetails ?? {}) as Partial<HeartbeatDetails> & { attempt?: number };
  // An operator who resets an activity has its attempts counted from 1 again, and keeps what the earlier ones left.
  const kept = attempt < info.attempt ? details : {};
  return { ...NOTHING, ...kept };
}

/** Leaves word for the next attempt at once. */
export function leaveWord(context: Context, details: HeartbeatDetails): void {
  if (!context.info.isLocal) context.heartbeat({ ...details, attempt: context.info.attempt });
}

/** Longest time between heartbeats in milliseconds: a cancel reaches an agent by the answer to one. */
const CANCEL_LATENCY_MS = 500;

type Heartbeat = {
  details: HeartbeatDetails;
  /** Called with each. */
  onBeat?: () => void;
  /** Called when this process computed for so long that no heartbeat could be sent: the server takes it for lost. */
  onStall?: () => void;
};

/**
 * Heartbeats at a third of the timeout, or every half second, until stopped. From the activity's first line to its
 * last: a heartbeat that covers only the tool calls lets the server take a thinking agent for lost. None is sent at once:
 * the start is news enough, and short agents are spared a call to the server.
 */
export function startHeartbeat(context: Context, { details, onBeat, onStall }: Heartbeat): () => void {
  if (context.info.isLocal) return () => undefined;
  const timeoutMs = context.info.heartbeatTimeoutMs ?? 10_000;
  const everyMs = Math.max(10, Math.min(CANCEL_LATENCY_MS, timeoutMs / 3));
  let beatAt = performance.now();
  let busy = process.cpuUsage();
  const timer = setInterval(() => {
    const sinceMs = performance.now() - beatAt;
    const { user, system } = process.cpuUsage(busy);
    // A machine that was suspended, or a process that was stopped, used no time of the processor.
    if (sinceMs > timeoutMs + everyMs && (user + system) / 1_000 > sinceMs / 2) onStall?.();
    beatAt = performance.now();
    busy = process.cpuUsage();
    context.heartbeat({ ...details, attempt: context.info.attempt });
    onBeat?.();
  }, everyMs);
  return () => clearInterval(timer);
}
