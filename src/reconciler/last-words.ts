import type { WorkflowClient } from '@temporalio/client';
import type { NewEvent } from '../contracts/event.ts';
import { END_ACTIVITY, MAX_OUTCOME_BYTES } from '../contracts/names.ts';
import { redact } from '../contracts/redact.ts';
import type { RunOutcome } from '../contracts/run.ts';
import { decodePayloads } from '../payload/decode-payloads.ts';

/** The run's last events, its end last of all, and what it came to. */
export type LastWords = { events: NewEvent[]; outcome: RunOutcome | undefined };

/** What follows the activity that was to publish a run's end, in events of its history, at most. */
const EVENTS_AFTER = 50;

/**
 * What a closed run wanted to have published at its end, as its history has it: the log may have been away for longer than
 * the run waits. Undefined where it wanted nothing, as code of version 1 did, or where it cannot be read, because a blob or
 * a key is missing.
 */
export async function lastWords(
  client: WorkflowClient,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<LastWords | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: EVENTS_AFTER,
  });
  const scheduled = (history?.events ?? [])
    .map(({ activityTaskScheduledEventAttributes: attributes }) => attributes)
    .find((attributes) => attributes?.activityType?.name === END_ACTIVITY);
  if (!scheduled) return undefined;
  const given = await decodePayloads(client.options.loadedDataConverter, scheduled.input).catch(() => []);
  const [last, outcome] = given as [{ events: NewEvent[] }?, RunOutcome?];
  const events = last?.events.map((event) => ({ ...event, payload: redact(event.payload) }) as NewEvent);
  return events && { events, outcome };
}

/** The outcome, if a log takes it: older code returned what it wanted. */
export function fittingOutcome(outcome: unknown): RunOutcome | undefined {
  const { status, workflow_id } = (outcome ?? {}) as Partial<RunOutcome>;
  if (status === undefined || workflow_id === undefined) return undefined;
  return Buffer.byteLength(JSON.stringify(outcome)) <= MAX_OUTCOME_BYTES ? (outcome as RunOutcome) : undefined;
}
