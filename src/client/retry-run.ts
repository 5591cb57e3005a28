import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import type { RunStatus } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';
import type { EventLog } from '../notifier/event-log.ts';
import { fairnessKey } from '../reconciler/fairness-key.ts';
import { startOwn } from '../reconciler/start-own.ts';
import { describeSettled } from './describe-settled.ts';
import { executionTimeout } from './execution-timeout.ts';
import { keptBefore } from './kept-before.ts';
import { withStandings, type RunSummary } from './list-runs.ts';
import { reusableResults } from './reusable-results.ts';
import { runAttributes } from './run-attributes.ts';
import { runMemo } from './run-memo.ts';
import { runStory } from './run-story.ts';
import { runHistories } from './run-histories.ts';
import { undoneOutside } from './undone-outside.ts';

export type RetryOptions = {
  /** Who wants it. */
  by: string;
  /** Step, agent or `agent_run` from which everything is done again. @default only what did not complete */
  fromStep?: string;
  /** Sees what the run was started with before it is started again, and throws to refuse that. */
  permit?: (input: unknown) => void;
};

const RETRIED: readonly RunStatus[] = ['failed', 'cancelled', 'timed_out', 'terminated', 'completed_with_errors'];

type Where = {
  client: WorkflowClient;
  log: Pick<EventLog, 'standings'>;
  workflowId: string;
  /** Refuses a Temporal that is not the log's own. @default none */
  vouch?: () => Promise<void>;
};

/** How long a workflow that has published its end may take to close, in milliseconds. */
const CLOSES_WITHIN_MS = 5_000;

async function standingOf({ client, log, workflowId }: Where) {
  const description = await client.getHandle(workflowId).describe();
  const [summary] = await withStandings([description], log);
  return { description, summary: summary as RunSummary };
}

/**
 * Starts a run again that failed, under the same ids, and reuses what its agents completed. Retrying a run that was
 * retried already and still goes on changes nothing.
 *
 * @throws BatonError `InvalidInput` when the run has not ended, is being undone, or there is nothing to retry; with code
 *   `unknown_step` and the nearest names when it has no such step
 */
export async function retryRun(where: Where, { by, fromStep, permit }: RetryOptions): Promise<{ repeated: boolean }> {
  const { client, workflowId, vouch = async () => undefined } = where;
  const { description, summary } = await describeSettled({
    describe: () => standingOf(where),
    isClosing: (one) => one.description.status.name === 'RUNNING' && one.summary.ended_at !== null,
    patienceMs: CLOSES_WITHIN_MS,
  });
  const { status } = summary;
  const { parts, start } = await runHistories(client, description);
  permit?.(start.input);
  const { generation = 0 } = start;
  const open = description.status.name === 'RUNNING';
  if (open && generation > 0) return { repeated: true };
  if (open || !RETRIED.includes(status)) {
    throw new BatonError('InvalidInput', `run ${start.context.run_id} is ${status}: only a run that failed is retried`);
  }
  const ran = await reusableResults(parts, { start, converter: client.options.loadedDataConverter });
  const outside = await undoneOutside(client, { workflowId, temporalRun: description.runId });
  const undone = new Set([...ran.undone, ...outside]);
  const standing = ran.completed.filter(({ agent_run }) => !undone.has(agent_run));
  const kept = fromStep === undefined ? standing : keptBefore(fromStep, { ...ran, completed: standing, start });
  const anew = Object.fromEntries([...ran.undoneByAgent].map((agentRun) => [agentRun, generation + 1]));
  const again: RunStart = {
    // Its `incarnation` as well: what the ledger lost since then, it has lost for this generation too.
    ...start,
    generation: generation + 1,
    anew: { ...start.anew, ...anew },
    by,
    reused: Object.fromEntries(kept.map(({ agent_run, result }) => [agent_run, result])),
  };
  const { isNew } = await startOwn({ client, vouch }, description.type, {
    workflowId,
    taskQueue: description.taskQueue,
    args: [again],
    priority: { fairnessKey: start.fairness_key ?? fairnessKey(start.context.user_id) },
    workflowExecutionTimeout: executionTimeout(again),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    // The generation tells who follows the run that its last end was not the last one.
    memo: { ...description.memo, ...runMemo(again) },
    ...runStory(description.type, again),
    typedSearchAttributes: runAttributes(start.context, description.type),
  });
  // Or somebody else retried it at the same moment.
  return { repeated: !isNew };
}
