import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { readHistory } from '../../reconciler/read-history.ts';
import { placeOfDivergence } from '../../replay/explain-divergence.ts';
import { historyOf } from '../../replay/history-json.ts';
import { inlinePayloads } from '../../replay/inline-payloads.ts';
import { isoOf } from '../../reconciler/iso-of.ts';
import type { WorkflowTask } from './evidence.ts';
import { thrownPlaces } from './thrown-places.ts';

/** Events looked through for the last failure of a workflow task; repeated failures are not written. */
const LOOK_BACK = 20;

/** Causes by the number that history has; of the others the number is enough to look them up. */
const CAUSES: Record<number, string> = {
  14: 'WORKFLOW_WORKER_UNHANDLED_FAILURE',
  24: 'NON_DETERMINISTIC_ERROR',
  36: 'GRPC_MESSAGE_TOO_LARGE',
  37: 'PAYLOADS_TOO_LARGE',
};

const RESET = 20;

/** Events of a history that is read to name the place where code and run part. */
const MAX_HISTORY = 10_000;

/** Where the worker's code and the run part; undefined where they do not, or that cannot be found out now. */
async function divergenceOf(
  client: WorkflowClient,
  { workflowId, runId, historyLength }: WorkflowExecutionDescription,
  message: string,
): Promise<string | undefined> {
  if (!/nondeterminism/i.test(message) || historyLength > MAX_HISTORY) return undefined;
  try {
    const fetched = historyOf(await readHistory(client, { workflowId, runId }));
    const history = await inlinePayloads(fetched, client.options.loadedDataConverter.payloadCodecs);
    return placeOfDivergence({ history, message });
  } catch {
    // What is known without it is shown all the same.
    return undefined;
  }
}

async function lastFailure(
  client: WorkflowClient,
  described: WorkflowExecutionDescription,
): Promise<WorkflowTask['failure']> {
  const { workflowId, runId } = described;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: LOOK_BACK,
  });
  for (const {
    workflowTaskFailedEventAttributes: failed,
    workflowTaskCompletedEventAttributes: done,
    eventTime,
  } of history?.events ?? []) {
    if (done) return null;
    if (!failed || Number(failed.cause) === RESET) continue;
    const error = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failed.failure);
    const diverges = await divergenceOf(client, described, error?.message ?? '');
    return {
      message: error?.message || 'it does not say why',
      ...(diverges !== undefined && { diverges }),
      places: error ? thrownPlaces(error) : [],
      cause: CAUSES[Number(failed.cause)] ?? `cause ${failed.cause} of a failed workflow task`,
      worker: failed.identity || 'a worker that is gone',
      at: isoOf(eventTime),
    };
  }
  return null;
}

/** The workflow's own task, if one is pending, and why it failed. */
export async function readWorkflowTask(
  client: WorkflowClient,
  described: WorkflowExecutionDescription,
): Promise<WorkflowTask | null> {
  const task = described.raw.pendingWorkflowTask;
  if (!task) return null;
  const attempt = task.attempt ?? 1;
  return {
    scheduled_at: isoOf(task.originalScheduledTime) ?? isoOf(task.scheduledTime),
    started: isoOf(task.startedTime) !== null,
    attempt,
    failure: attempt > 1 ? await lastFailure(client, described) : null,
  };
}
