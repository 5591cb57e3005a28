import type { WorkflowClient } from '@temporalio/client';
import { SEARCH_ATTRIBUTES, type RunStatus } from '../contracts/names.ts';

export type RunSummary = {
  run_id: string;
  workflow_id: string;
  workflow: string;
  user_id: string;
  status: RunStatus;
  started_at: string;
  ended_at: string | null;
};

export type RunFilter = {
  user?: string;
  thread?: string;
  status?: RunStatus;
  /** Only runs that have not ended. */
  open?: boolean;
  since?: Date;
  /** @default 50 */
  limit?: number;
};

/** Statuses that only Temporal knows: nobody of ours was left to set `BatonStatus`. */
const CLOSED_FROM_OUTSIDE: Partial<Record<string, RunStatus>> = { TERMINATED: 'terminated', TIMED_OUT: 'timed_out' };

/** In Temporal's list filters a string literal ends at a quote unless it is escaped. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Runs by Temporal's visibility, newest first. It lags behind history by moments. */
export async function listRuns(
  client: WorkflowClient,
  { user, thread, status, open, since, limit = 50 }: RunFilter,
): Promise<RunSummary[]> {
  const query = [
    `${SEARCH_ATTRIBUTES.kind} IS NOT NULL`,
    user === undefined ? undefined : `${SEARCH_ATTRIBUTES.user} = ${quoted(user)}`,
    thread === undefined ? undefined : `${SEARCH_ATTRIBUTES.thread} = ${quoted(thread)}`,
    open ? `ExecutionStatus = 'Running'` : undefined,
    since && `StartTime >= '${since.toISOString()}'`,
  ];
  const found: RunSummary[] = [];
  const executions = client.list({ query: query.filter(Boolean).join(' AND ') });
  for await (const { workflowId, type, startTime, closeTime, status: state, searchAttributes } of executions) {
    const [, owner = '', runId = ''] = workflowId.split('/');
    const own = searchAttributes[SEARCH_ATTRIBUTES.status]?.[0] as RunStatus | undefined;
    const summary: RunSummary = {
      run_id: decodeURIComponent(runId),
      workflow_id: workflowId,
      workflow: type,
      user_id: decodeURIComponent(owner),
      status: CLOSED_FROM_OUTSIDE[state.name] ?? own ?? 'running',
      started_at: startTime.toISOString(),
      ended_at: closeTime?.toISOString() ?? null,
    };
    if (status && summary.status !== status) continue;
    found.push(summary);
    if (found.length >= limit) break;
  }
  return found;
}
