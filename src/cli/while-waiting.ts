import { setTimeout as sleep } from 'node:timers/promises';
import { TASK_QUEUE } from '../contracts/names.ts';
import { describeWorkflow } from '../reconciler/describe-workflow.ts';
import { isoOf } from '../reconciler/iso-of.ts';
import { pollersOf, polledSince } from '../reconciler/pollers-of.ts';
import { duration } from './live/duration.ts';
import { shellWord } from './show/remedies.ts';
import { withOperator, type Operator } from './with-operator.ts';

/** How long a command waits before it looks for a worker, and between two looks, in milliseconds. */
const LOOK_EVERY_MS = 3_000;

/** How long a task may lie in its queue before nobody seems to take it, in milliseconds; a free worker takes it at once. */
const UNTAKEN_MS = 2_000;

/**
 * What a run lacks to go on, in a line; undefined while nothing is known to be missing. A worker that is busy polled before
 * its work, so that only a queue without any poller is said to have none.
 */
async function missingWorker({ client }: Operator, workflowId: string): Promise<string | undefined> {
  const described = await describeWorkflow(client.workflow, workflowId);
  if (described?.status.name !== 'RUNNING') return undefined;
  const { taskQueue, raw } = described;
  const pollers = await pollersOf(client.workflow, taskQueue);
  const queue = taskQueue === TASK_QUEUE ? '' : ` --task-queue ${shellWord(taskQueue)}`;
  const remedy = `start one with "baton worker MODULE${queue}" or "baton dev MODULE"; the request is kept`;
  if (pollers.length === 0) return `no worker polls queue ${taskQueue}: ${remedy}`;
  const task = raw.pendingWorkflowTask;
  const dueAt = Date.parse(isoOf(task?.scheduledTime) ?? '');
  const isUntaken = task && isoOf(task.startedTime) === null && Date.now() - dueAt > UNTAKEN_MS;
  if (!isUntaken || polledSince(pollers, dueAt)) return undefined;
  const [{ identity, last_polled_at } = { identity: '?', last_polled_at: '' }] = pollers;
  const ago = duration(Date.now() - Date.parse(last_polled_at));
  return `no worker of queue ${taskQueue} takes the run: ${identity} polled last ${ago} ago; if it is gone, ${remedy}`;
}

/** Says once on stderr that a run lacks a worker, now. Nothing that is wrong with the look itself is reported. */
export async function sayWhatIsMissing(workflowId: string): Promise<void> {
  const missing = await withOperator((operator) => missingWorker(operator, workflowId)).catch(() => undefined);
  if (missing !== undefined) process.stderr.write(`${missing}\n`);
}

type Waiting = { workflowId: string; operator?: Operator };

/** Does what waits for a run, and says on stderr after 3 s what the run lacks to go on, once. */
export async function whileWaiting<T>({ workflowId, operator }: Waiting, work: () => Promise<T>): Promise<T> {
  const ended = new AbortController();
  const { signal } = ended;

  async function look(by: Operator): Promise<void> {
    while (!signal.aborted) {
      const missing = await missingWorker(by, workflowId).catch(() => undefined);
      if (missing !== undefined && !signal.aborted) return void process.stderr.write(`${missing}\n`);
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  const looking = sleep(LOOK_EVERY_MS, undefined, { signal })
    .then(() => (operator ? look(operator) : withOperator(look)))
    .catch(() => undefined);
  try {
    return await work();
  } finally {
    ended.abort();
    await looking;
  }
}
