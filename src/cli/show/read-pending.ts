import type { WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, type LoadedDataConverter } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { isoOf } from '../../reconciler/iso-of.ts';
import { msOf } from '../../reconciler/ms-of.ts';
import type { PendingAgent } from './evidence.ts';
import { thrownPlaces } from './thrown-places.ts';

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
      last_failure_places: failure ? thrownPlaces(failure) : [],
      last_failure_type: failure instanceof ApplicationFailure ? (failure.type ?? null) : null,
      scheduled_at: isoOf(activity.scheduledTime),
      next_attempt_at: isoOf(activity.nextAttemptScheduleTime),
      started_at: isoOf(activity.lastStartedTime),
      last_heartbeat_at: isoOf(activity.lastHeartbeatTime),
      heartbeat_timeout_ms: msOf(beat) ?? null,
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
