// Runs inside the workflow sandbox.
import { workflowInfo } from '@temporalio/workflow';
import { ENGINE_QUEUE_SUFFIX } from '../contracts/names.ts';

/** Task queue of the engine's own activities, for which workers keep places beside those of agents. */
export function engineQueue(): string {
  return `${workflowInfo().taskQueue}${ENGINE_QUEUE_SUFFIX}`;
}
