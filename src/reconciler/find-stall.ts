import type { WorkflowExecutionDescription } from '@temporalio/client';
import { isUntaken } from './is-untaken.ts';
import { msOf } from './ms-of.ts';

/** A workflow task that failed this often fails by its code, not by chance. */
const FAILING_ATTEMPTS = 3;

const SCHEDULED = 1;

export type Stall = {
  reason: 'no_worker' | 'workflow_task_failing';
  /** When the task was there to be taken that nobody took, in milliseconds. */
  since: number;
  /** Whether workers that are alive but busy would look the same. */
  mayBeBusy: boolean;
};

/** When the task was there to be taken that the longest waits for a worker, where one waits for too long. */
function untaken(dueAts: (number | undefined)[], now: number): number | undefined {
  return dueAts
    .filter((dueAt) => dueAt !== undefined && isUntaken({ dueAt, now }))
    .reduce((first, dueAt) => Math.min(first ?? Infinity, dueAt ?? Infinity), undefined);
}

/** Whether a task of a run is there to be taken and no worker has it, for however short a time. */
export function isWaiting({ raw }: WorkflowExecutionDescription, now: number): boolean {
  const { pendingWorkflowTask: task, pendingActivities } = raw;
  if (task && msOf(task.startedTime) === undefined) return true;
  const waiting = (pendingActivities ?? []).filter(({ state }) => state === SCHEDULED);
  return waiting.some((each) => (msOf(each.nextAttemptScheduleTime) ?? msOf(each.scheduledTime) ?? 0) <= now);
}

/** Why an open run does not go on, if it does not. */
export function findStall({ raw }: WorkflowExecutionDescription, now: number): Stall | undefined {
  const { pendingWorkflowTask: task, pendingActivities } = raw;
  const taskAt = msOf(task?.originalScheduledTime) ?? msOf(task?.scheduledTime);
  if (taskAt !== undefined && (task?.attempt ?? 1) >= FAILING_ATTEMPTS) {
    return { reason: 'workflow_task_failing', since: taskAt, mayBeBusy: false };
  }
  const ofRun = untaken([msOf(task?.startedTime) === undefined ? taskAt : undefined], now);
  // While an agent waits for its next attempt its run may wait for nothing else, and has no task of its own.
  const waiting = (pendingActivities ?? []).filter(({ state }) => state === SCHEDULED);
  const dueAts = waiting.map((each) => msOf(each.nextAttemptScheduleTime) ?? msOf(each.scheduledTime));
  const since = untaken([ofRun, ...dueAts], now);
  return since === undefined ? undefined : { reason: 'no_worker', since, mayBeBusy: ofRun === undefined };
}
