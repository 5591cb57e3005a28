import type { WorkflowHandle } from '@temporalio/client';
import { ATTEMPTS_ACTIVITY, CLAIM_ACTIVITY, END_ACTIVITY, PUBLISH_ACTIVITY } from '../../src/contracts/names.ts';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';

export type ActivityRecord = {
  type: string;
  attempts: number;
  scheduledAt: number;
  startedAt: number;
  endedAt: number;
  /** What it was called with; an agent's own input is its field `input`. */
  given: { input?: unknown };
  /** Process and host of the worker that ran the last attempt. */
  worker: string;
};

function givenOf(payload: Payload | null | undefined): ActivityRecord['given'] {
  return payload ? defaultPayloadConverter.fromPayload(payload) : {};
}

function ms(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}

/** What a run's own frame asks for, whichever its agents are. */
const OF_THE_FRAME: readonly string[] = [PUBLISH_ACTIVITY, CLAIM_ACTIVITY, END_ACTIVITY, ATTEMPTS_ACTIVITY];

/** The agents of a run, and what undoes, as Temporal recorded them, in the order in which they were scheduled. */
export async function activityHistory(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<ActivityRecord[]> {
  const { events } = await handle.fetchHistory();
  const byId = new Map<string, ActivityRecord>();
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const at = ms(event.eventTime);
      const type = scheduled.activityType?.name ?? '';
      if (OF_THE_FRAME.includes(type)) continue;
      const given = givenOf(scheduled.input?.payloads?.[0]);
      const times = { scheduledAt: at, startedAt: at, endedAt: at };
      byId.set(String(event.eventId), { type, attempts: 0, ...times, given, worker: '' });
    }
    const started = event.activityTaskStartedEventAttributes;
    const ended =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    const record = byId.get(String((started ?? ended)?.scheduledEventId));
    if (!record) continue;
    if (started) {
      const { attempt, identity } = started;
      Object.assign(record, { attempts: attempt ?? 0, startedAt: ms(event.eventTime), worker: identity ?? '' });
    } else record.endedAt = ms(event.eventTime);
  }
  return [...byId.values()];
}
