import type { WorkflowExecutionDescription } from '@temporalio/client';

/** How long a task may wait for a worker before nobody is there, in milliseconds; a working one takes it at once. */
const STALL_MS = 5_000;

/** A workflow task that failed this often fails by its code, not by chance. */
const FAILING_ATTEMPTS = 3;

type Timestamp = { seconds?: { toNumber(): number } | number | null; nanos?: number | null } | null | undefined;

function msOf(time: Timestamp): number | undefined {
  if (time?.seconds === undefined || time.seconds === null) return undefined;
  const seconds = typeof time.seconds === 'number' ? time.seconds : time.seconds.toNumber();
  return seconds * 1_000 + (time.nanos ?? 0) / 1e6;
}

export type Stall = {
  reason: 'no_worker' | 'workflow_task_failing';
  /** The same for as long as this stall lasts. */
  since: number;
};

/** Why an open run does not go on, if it does not. */
export function findStall({ raw }: WorkflowExecutionDescription, now: number): Stall | undefined {
  const task = raw.pendingWorkflowTask;
  if (!task) return undefined;
  const since = msOf(task.originalScheduledTime) ?? msOf(task.scheduledTime);
  if (since === undefined) return undefined;
  if ((task.attempt ?? 1) >= FAILING_ATTEMPTS) return { reason: 'workflow_task_failing', since };
  const waits = msOf(task.startedTime) === undefined && now - since > STALL_MS;
  return waits ? { reason: 'no_worker', since } : undefined;
}
