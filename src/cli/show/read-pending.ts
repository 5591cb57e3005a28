import type { WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, type LoadedDataConverter } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { PendingAgent } from './evidence.ts';

type Timestamp = { seconds?: { toNumber(): number } | number | null; nanos?: number | null } | null | undefined;

function secondsOf(time: Timestamp): number | null {
  if (!time?.seconds) return null;
  return typeof time.seconds === 'number' ? time.seconds : time.seconds.toNumber();
}

/** A time of Temporal's as ISO 8601; null where there is none. */
export function isoOf(time: Timestamp): string | null {
  const seconds = secondsOf(time);
  return seconds === null ? null : new Date(seconds * 1_000 + (time?.nanos ?? 0) / 1e6).toISOString();
}

const STATES = ['unknown', 'scheduled', 'started', 'cancel requested', 'paused', 'pause requested'];

/** The activities that have not ended, as `show` tells of them. */
export function readPending(
  { raw }: WorkflowExecutionDescription,
  converter: LoadedDataConverter,
): Promise<PendingAgent[]> {
  const pending = (raw.pendingActivities ?? []).map(async (activity): Promise<PendingAgent> => {
    const failure = await decodeOptionalFailureToOptionalError(converter, activity.lastFailure);
    const beat = activity.activityOptions?.heartbeatTimeout;
    const { pauseInfo } = activity;
    return {
      agent: activity.activityType?.name ?? '?',
      activity_id: activity.activityId ?? '',
      attempt: activity.attempt ?? 1,
      state: STATES[activity.state ?? 0] ?? 'unknown',
      last_failure: failure?.message ?? null,
      last_failure_type: failure instanceof ApplicationFailure ? (failure.type ?? null) : null,
      scheduled_at: isoOf(activity.scheduledTime),
      next_attempt_at: isoOf(activity.nextAttemptScheduleTime),
      started_at: isoOf(activity.lastStartedTime),
      last_heartbeat_at: isoOf(activity.lastHeartbeatTime),
      heartbeat_timeout_ms: beat ? (secondsOf(beat) ?? 0) * 1_000 + (beat.nanos ?? 0) / 1e6 : null,
      worker: activity.lastWorkerIdentity || null,
      paused: pauseInfo
        ? {
            by: pauseInfo.manual?.identity || pauseInfo.rule?.identity || 'somebody',
            reason: pauseInfo.manual?.reason || pauseInfo.rule?.reason || null,
            at: isoOf(pauseInfo.pauseTime),
          }
        : null,
    };
  });
  return Promise.all(pending);
}
