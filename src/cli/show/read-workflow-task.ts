import type { WorkflowClient, WorkflowExecutionDescription } from '@temporalio/client';
import { isoOf } from '../../reconciler/iso-of.ts';
import type { WorkflowTask } from './evidence.ts';

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

async function lastFailure(
  client: WorkflowClient,
  { workflowId, runId }: WorkflowExecutionDescription,
): Promise<WorkflowTask['failure']> {
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
    return {
      message: failed.failure?.message || 'it does not say why',
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
