import type { AgentFailureDetails, AgentReturn } from '../contracts/agent-call.ts';
import type { AgentEndType } from '../contracts/names.ts';
import type { HistoryJson, PayloadsJson } from './history-json.ts';
import { payloadValue } from './payload-value.ts';

/** What an activity itself told its user of its end, as the history has it. */
export type ActivityEnd = {
  /** Whether a worker took it. */
  started: boolean;
  /** Null where it told nothing: it has not ended, or its workflow tells. */
  claim: { end: AgentEndType; attempts: number } | null;
};

type FailureJson = {
  cause?: FailureJson;
  applicationFailureInfo?: { type?: string; details?: PayloadsJson };
};

const DEATHS = ['AgentSilent', 'AgentTimeout', 'HeartbeatLost'];

const first = (payloads: PayloadsJson | undefined) => payloadValue(payloads?.payloads?.[0]);

function ofResult(result: PayloadsJson | undefined): ActivityEnd['claim'] {
  const { told, question, attempts } = (first(result) ?? {}) as Partial<AgentReturn>;
  return told && !question ? { end: 'agent_completed', attempts: attempts ?? 1 } : null;
}

function ofFailure(failure: FailureJson | undefined): ActivityEnd['claim'] {
  const info = failure?.applicationFailureInfo ?? failure?.cause?.applicationFailureInfo;
  const { told, death, attempts = 1 } = (first(info?.details) ?? {}) as Partial<AgentFailureDetails>;
  if (!told) return null;
  return { end: death || DEATHS.includes(info?.type ?? '') ? 'agent_death' : 'agent_error', attempts };
}

/** How the activities of a history ended, by the number that its workflow gave each. */
export function activityEnds({ events }: HistoryJson): Map<number, ActivityEnd> {
  const ends = new Map<number, ActivityEnd>();
  const numbers = new Map<string, number>();
  const settle = (scheduledId: string, claim: ActivityEnd['claim']) =>
    ends.set(numbers.get(scheduledId) ?? 0, { started: true, claim });

  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      numbers.set(event.eventId, Number(scheduled.activityId));
      ends.set(Number(scheduled.activityId), { started: false, claim: null });
    }
    const started = event.activityTaskStartedEventAttributes;
    if (started) settle(started.scheduledEventId, null);
    const completed = event.activityTaskCompletedEventAttributes;
    if (completed) settle(completed.scheduledEventId, ofResult(completed.result));
    const failed = event.activityTaskFailedEventAttributes;
    if (failed) settle(failed.scheduledEventId, ofFailure(failed.failure as FailureJson));
    const marker = event.markerRecordedEventAttributes;
    if (marker?.markerName === 'core_local_activity') {
      const { seq } = first(marker.details?.data) as { seq: number };
      const { result } = marker.details ?? {};
      const claim = result ? ofResult(result) : ofFailure(marker.failure as FailureJson | undefined);
      ends.set(seq, { started: true, claim });
    }
  }
  return ends;
}
