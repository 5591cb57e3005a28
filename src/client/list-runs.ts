import type { WorkflowClient } from '@temporalio/client';
import { SEARCH_ATTRIBUTES, type RunStatus } from '../contracts/names.ts';
import { CALL_TIMEOUT_MS } from './call-deadline.ts';
import { executionsByStart } from './executions-by-start.ts';

export type RunSummary = {
  run_id: string;
  workflow_id: string;
  workflow: string;
  user_id: string;
  status: RunStatus;
  started_at: string;
  ended_at: string | null;
};

/** Where a run stands in the list. */
export type RunPosition = Pick<RunSummary, 'started_at' | 'workflow_id'>;

export type RunFilter = {
  user?: string;
  thread?: string;
  status?: RunStatus;
  /** Only runs that have not ended. */
  open?: boolean;
  since?: Date;
  /** Only runs that the list has after this one. */
  after?: RunPosition;
  /** @default 50 */
  limit?: number;
  /** How long the whole list may take, in milliseconds: it is many calls. @default 10000 */
  timeoutMs?: number;
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
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function isAfter(run: RunPosition, other: RunPosition): boolean {
  if (run.started_at !== other.started_at) return run.started_at < other.started_at;
  return run.workflow_id < other.workflow_id;
}

/**
 * Runs by Temporal's visibility, newest first by their last start, whether they have ended or not. It lags behind history
 * by moments.
 */
export async function listRuns(
  client: WorkflowClient,
  { timeoutMs = CALL_TIMEOUT_MS, ...filter }: RunFilter,
): Promise<RunSummary[]> {
  return client.withDeadline(Date.now() + timeoutMs, () => list(client, filter));
}

async function list(
  client: WorkflowClient,
  { user, thread, status, open, since, after, limit = 50 }: RunFilter,
): Promise<RunSummary[]> {
  const query = [
    `${SEARCH_ATTRIBUTES.kind} IS NOT NULL`,
    `ExecutionStatus != 'ContinuedAsNew'`,
    user === undefined ? undefined : `${SEARCH_ATTRIBUTES.user} = ${quoted(user)}`,
    thread === undefined ? undefined : `${SEARCH_ATTRIBUTES.thread} = ${quoted(thread)}`,
    open ? `ExecutionStatus = 'Running'` : undefined,
    since && `StartTime >= '${since.toISOString()}'`,
  ];
  // Temporal counts finer than the milliseconds that a position has.
  const until = after && new Date(Date.parse(after.started_at) + 1);
  const found: RunSummary[] = [];
  const seen = new Set<string>();
  for await (const execution of executionsByStart(client, { query: query.filter(Boolean).join(' AND '), until })) {
    const summary = runSummary(execution);
    const { workflow_id } = summary;
    if ((after && !isAfter(summary, after)) || seen.has(workflow_id)) continue;
    // A run that was tried again or reset has several executions; it stands where its latest one began.
    seen.add(workflow_id);
    if (status && summary.status !== status) continue;
    if (after && summary.ended_at !== null && !(await isLatest(client, execution))) continue;
    found.push(summary);
    if (found.length >= limit) break;
  }
  return found;
}

/** Read after the first page, whose runs are not seen again: a later execution may stand there. */
async function isLatest(client: WorkflowClient, { workflowId, runId }: { workflowId: string; runId: string }) {
  const latest = await client.getHandle(workflowId).describe();
  return latest.runId === runId;
}
