import { historyFromJSON, historyToJSON, type History } from '@temporalio/common/lib/proto-utils.js';
import { BatonError } from '../contracts/baton-error.ts';

/** A payload in JSON: metadata and data in base64. */
export type PayloadJson = { metadata?: Record<string, string>; data?: string };
export type PayloadsJson = { payloads?: PayloadJson[] };

type Attributes = {
  workflowExecutionStartedEventAttributes: {
    workflowId: string;
    workflowType: { name: string };
    originalExecutionRunId: string;
    input?: PayloadsJson;
  };
  activityTaskScheduledEventAttributes: { activityId: string; activityType: { name: string }; input?: PayloadsJson };
  activityTaskStartedEventAttributes: { scheduledEventId: string; attempt?: number };
  activityTaskCompletedEventAttributes: { scheduledEventId: string; result?: PayloadsJson };
  activityTaskFailedEventAttributes: { scheduledEventId: string; failure?: unknown };
  activityTaskTimedOutEventAttributes: { scheduledEventId: string; failure?: unknown };
  activityTaskCanceledEventAttributes: { scheduledEventId: string; details?: PayloadsJson };
  markerRecordedEventAttributes: { markerName: string; details?: Record<string, PayloadsJson>; failure?: unknown };
  workflowTaskFailedEventAttributes: { baseRunId?: string; newRunId?: string };
  timerStartedEventAttributes: { timerId: string; startToFireTimeout: string };
};

/** One event of a history, as Temporal's tools write it. Of its attributes only what is read here is typed. */
export type HistoryEvent = { eventId: string; eventType: string; eventTime?: string } & Partial<Attributes>;

/** A history as JSON, in the one form that this SDK writes: enums by full name, numbers of 64 bits as text. */
export type HistoryJson = { events: HistoryEvent[] };

/** A history as the server gave it. */
export function historyOf(history: History): HistoryJson {
  return JSON.parse(historyToJSON(history)) as HistoryJson;
}

/** What began a history. */
export function startOf({ events }: HistoryJson) {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  if (!started) throw new BatonError('InvalidInput', 'its first event is not the start of a workflow');
  return started;
}

/**
 * Reads a history as one of Temporal's tools wrote it: the SDK, the `temporal` command line or the UI.
 *
 * @throws BatonError `InvalidInput` that says what is wrong with it
 */
export function parseHistory(text: string): HistoryJson {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new BatonError('InvalidInput', `it is not JSON, or was cut off: ${(cause as Error).message}`, { cause });
  }
  let history: HistoryJson;
  try {
    history = historyOf(historyFromJSON(parsed));
  } catch (cause) {
    throw new BatonError('InvalidInput', `it is JSON, but no history: ${(cause as Error).message}`, { cause });
  }
  const { workflowId } = startOf(history);
  if (!workflowId) throw new BatonError('InvalidInput', 'its first event does not name the workflow id');
  const gap = history.events.findIndex(({ eventId }, index) => Number(eventId) !== index + 1);
  if (gap >= 0) throw new BatonError('InvalidInput', `event ${gap + 1} is missing: a part was cut out`);
  return history;
}
