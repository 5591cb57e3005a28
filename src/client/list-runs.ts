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

type Described = {
  workflowId: string;
  type: string;
  startTime: Date;
  closeTime?: Date;
  status: { name: string };
  searchAttributes: Partial<Record<string, readonly unknown[]>>;
};

/** What Temporal's description of an execution says of the run. */
export function runSummary({
  workflowId,
  type,
  startTime,
  closeTime,
  status,
  searchAttributes,
}: Described): RunSummary {
  const [, owner = '', runId = ''] = workflowId.split('/');
  const own = searchAttributes[SEARCH_ATTRIBUTES.status]?.[0] as RunStatus | undefined;
  return {
    run_id: decodeURIComponent(runId),
    workflow_id: workflowId,
    workflow: type,
    user_id: decodeURIComponent(owner),
    status: CLOSED_FROM_OUTSIDE[status.name] ?? own ?? 'running',
    started_at: startTime.toISOString(),
    ended_at: closeTime?.toISOString() ?? null,
  };
}

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
  for await (const execution of executions) {
    const summary = runSummary(execution);
    if (status && summary.status !== status) continue;
    found.push(summary);
    if (found.length >= limit) break;
  }
  return found;
}
