import type { AgentCall } from '../contracts/agent-call.ts';
import { PUBLISH_ACTIVITY, UNDO_ACTIVITY } from '../contracts/names.ts';
import type { HistoryJson, PayloadsJson } from './history-json.ts';
import { payloadValue } from './payload-value.ts';

/** An activity that a history scheduled, or a local one that it ran. */
export type HistoryActivity = {
  eventId: number;
  /** Number of a local activity among the activities of its run; undefined of one that the server scheduled. */
  localSeq?: number;
  name: string;
  /** What it was called with; of a local activity a history does not keep it. */
  call?: Partial<AgentCall>;
};

const LOCAL_MARKER = 'core_local_activity';

function first(payloads: PayloadsJson | undefined): unknown {
  return payloadValue(payloads?.payloads?.[0]);
}

/** Every activity of a history, in the order of its events. */
export function historyActivities({ events }: HistoryJson): HistoryActivity[] {
  return events.flatMap((event): HistoryActivity[] => {
    const eventId = Number(event.eventId);
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      const call = first(scheduled.input) as HistoryActivity['call'];
      return [{ eventId, name: scheduled.activityType.name, ...(call && { call }) }];
    }
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName !== LOCAL_MARKER) return [];
    const { seq, activity_type: name } = first(marker.details?.data) as { seq: number; activity_type: string };
    return [{ eventId, localSeq: seq, name }];
  });
}

/** An activity as a person calls it: its agent, and which execution where that is not the plain one. */
export function nameOfActivity({ name, call }: Pick<HistoryActivity, 'name' | 'call'>): string {
  const { agent_run = name, step } = call ?? {};
  if (name === PUBLISH_ACTIVITY) return 'the publishing of events';
  if (name === UNDO_ACTIVITY) return `the undoing of ${agent_run}`;
  const isPlain = [name, step, `${name}-1`].includes(agent_run);
  return isPlain ? name : `${name} (${agent_run})`;
}
