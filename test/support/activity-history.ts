import type { WorkflowHandle } from '@temporalio/client';

export type ActivityRecord = {
  type: string;
  attempts: number;
  scheduledAt: number;
  startedAt: number;
  endedAt: number;
};

function ms(time: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}

/** The activities of a run as Temporal recorded them, in the order in which they were scheduled. */
export async function activityHistory(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<ActivityRecord[]> {
  const { events } = await handle.fetchHistory();
  const byId = new Map<string, ActivityRecord>();
  for (const event of events ?? []) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const at = ms(event.eventTime);
      const type = scheduled.activityType?.name ?? '';
      byId.set(String(event.eventId), { type, attempts: 0, scheduledAt: at, startedAt: at, endedAt: at });
    }
    const started = event.activityTaskStartedEventAttributes;
    const ended =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    const record = byId.get(String((started ?? ended)?.scheduledEventId));
    if (!record) continue;
    if (started) Object.assign(record, { attempts: started.attempt ?? 0, startedAt: ms(event.eventTime) });
    else record.endedAt = ms(event.eventTime);
  }
  return [...byId.values()];
}
