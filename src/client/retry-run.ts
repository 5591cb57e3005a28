import { WorkflowExecutionAlreadyStartedError, type WorkflowClient } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { BatonError } from '../contracts/baton-error.ts';
import { RUN_TIMEOUT_MARGIN_MS, SEARCH_ATTRIBUTES, type RunStatus } from '../contracts/names.ts';
import type { RunStart } from '../contracts/run-start.ts';
import { runSummary } from './list-runs.ts';
import { reusableResults, type Completed } from './reusable-results.ts';

export type RetryOptions = {
  /** Who wants it. */
  by: string;
  /** Step, agent or `agent_run` from which everything is done again. @default only what did not complete */
  fromStep?: string;
};

const RETRIED: readonly RunStatus[] = ['failed', 'cancelled', 'timed_out', 'terminated', 'completed_with_errors'];

type Where = { client: WorkflowClient; workflowId: string };

/** All parts of the run's latest execution, oldest first. */
async function histories({ client, workflowId }: Where, latest: string) {
  const parts = [];
  for (let runId: string | undefined = latest; runId;) {
    const history = await client.getHandle(workflowId, runId).fetchHistory();
    parts.unshift(history);
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  }
  return parts;
}

function before(fromStep: string | undefined, completed: Completed[]): Completed[] {
  if (fromStep === undefined) return completed;
  const at = completed.findIndex(({ agent_run, agent, step }) => [agent_run, agent, step].includes(fromStep));
  // A step that never completed is done again in any case, and so is whatever comes after it.
  return at < 0 ? completed : completed.slice(0, at);
}

/**
 * Starts a run again that failed, under the same ids, and reuses what its agents completed. Retrying a run that was
 * retried already and still goes on changes nothing.
 *
 * @throws BatonError `InvalidInput` when the run has not ended, or there is nothing to retry
 */
export async function retryRun(where: Where, { by, fromStep }: RetryOptions): Promise<{ repeated: boolean }> {
  const { client, workflowId } = where;
  const description = await client.getHandle(workflowId).describe();
  const { status } = runSummary(description);
  const parts = await histories(where, description.runId);
  const converter = client.options.loadedDataConverter;
  const input = parts[0]?.events?.[0]?.workflowExecutionStartedEventAttributes?.input;
  const [start] = (await decodeArrayFromPayloads(converter, input?.payloads)) as [RunStart];
  const { generation = 0 } = start;
  const open = description.status.name === 'RUNNING';
  if (open && generation > 0) return { repeated: true };
  if (open || !RETRIED.includes(status)) {
    throw new BatonError('InvalidInput', `run ${start.context.run_id} is ${status}: only a run that failed is retried`);
  }
  const kept = before(fromStep, await reusableResults(parts, converter));
  const again: RunStart = {
    ...start,
    generation: generation + 1,
    by,
    reused: Object.fromEntries(kept.map(({ agent_run, result }) => [agent_run, result])),
  };
  const { user_id, thread_id } = start.context;
  const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
  try {
    await client.start(description.type, {
      workflowId,
      taskQueue: description.taskQueue,
      args: [again],
      workflowExecutionTimeout: start.timeout_ms + RUN_TIMEOUT_MARGIN_MS,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      memo: description.memo,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: keyword(SEARCH_ATTRIBUTES.user), value: user_id },
        { key: keyword(SEARCH_ATTRIBUTES.thread), value: thread_id },
        { key: keyword(SEARCH_ATTRIBUTES.kind), value: description.type },
        { key: keyword(SEARCH_ATTRIBUTES.status), value: 'running' },
      ]),
    });
    return { repeated: false };
  } catch (error) {
    // Somebody else retried it at the same moment.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { repeated: true };
    throw error;
  }
}
