import type { WorkflowClient, WorkflowExecutionInfo } from '@temporalio/client';
import { generationOf } from '../contracts/generation-of.ts';
import { SEARCH_ATTRIBUTES, workflowIdOf, type RunStatus } from '../contracts/names.ts';
import type { EventLog, RunStanding } from '../notifier/event-log.ts';
import { CALL_TIMEOUT_MS } from './call-deadline.ts';
import { BatonError } from '../contracts/baton-error.ts';
import { nameFault } from '../contracts/id-fault.ts';
import { countFault } from '../contracts/number-fault.ts';
import { executionsByStart } from './executions-by-start.ts';
import { attributeText } from './run-attributes.ts';

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

const OPEN_STATUSES: readonly RunStatus[] = ['queued', 'running', 'paused', 'waiting'];

/** What only a run's own code sets. */
const ASKING: readonly RunStatus[] = ['paused', 'waiting'];

/** Runs that are looked up in the log at once. */
const CHUNK = 100;

type Described = {
  workflowId: string;
  type: string;
  startTime: Date;
  closeTime?: Date;
  status: { name: string };
  searchAttributes: Partial<Record<string, readonly unknown[]>>;
  memo?: Record<string, unknown>;
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

/**
 * How a run stands by the log, which has the last word on its end: Temporal closes the run later, perhaps otherwise, and
 * may show the status of an end that is only being published.
 */
export function withStanding(summary: RunSummary, described: Described, standing: RunStanding | undefined): RunSummary {
  const isOpen = described.status.name === 'RUNNING';
  const ending = standing?.ending;
  if (ending && !(isOpen && generationOf(described) > ending.generation)) {
    return { ...summary, status: ending.status, ended_at: ending.endedAt };
  }
  if (!isOpen) return summary;
  // Of one that has said nothing the attribute is `running` from its start; any other word is of a run whose log was lost.
  if (!standing) return ASKING.includes(summary.status) ? summary : { ...summary, status: 'queued' };
  return OPEN_STATUSES.includes(summary.status) ? summary : { ...summary, status: 'running' };
}

/** The same, as far as the log answers; without it, as Temporal knows it. */
export async function withStandings(described: Described[], log: Pick<EventLog, 'standings'>): Promise<RunSummary[]> {
  const summaries = described.map(runSummary);
  const byUser = Map.groupBy(summaries, ({ user_id }) => user_id);
  const found = await Promise.all(
    [...byUser].map(([userId, own]) =>
      log.standings({ userId, workflowIds: own.map(({ workflow_id }) => workflow_id) }),
    ),
  ).catch(() => undefined);
  if (!found) return summaries;
  const standings = new Map(found.flatMap((each) => [...each]));
  return described.map((one, n) => withStanding(summaries[n] as RunSummary, one, standings.get(one.workflowId)));
}

/** In Temporal's list filters a string literal ends at a quote unless it is escaped. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Most runs of one list. */
const MAX_RUNS = 100_000;

type Listed = { client: WorkflowClient; log: Pick<EventLog, 'standings'> };

function isAfter(run: RunPosition, other: RunPosition): boolean {
  if (run.started_at !== other.started_at) return run.started_at < other.started_at;
  return run.workflow_id < other.workflow_id;
}

/**
 * Runs by Temporal's visibility, newest first by their last start, whether they have ended or not. It lags behind history
 * by moments; how they stand is the log's word, where it answers.
 */
export async function listRuns(
  { client, log }: Listed,
  { timeoutMs = CALL_TIMEOUT_MS, ...filter }: RunFilter,
): Promise<RunSummary[]> {
  return client.withDeadline(Date.now() + timeoutMs, () => list({ client, log }, filter));
}

async function list(
  { client, log }: Listed,
  { user, thread, status, open, since, after, limit = 50 }: RunFilter,
): Promise<RunSummary[]> {
  const fault = countFault(limit, MAX_RUNS);
  if (fault) throw new BatonError('InvalidInput', `runs: limit ${fault}`);
  if (since && !(since instanceof Date && Number.isFinite(since.getTime()))) {
    throw new BatonError('InvalidInput', 'runs: since must be a Date');
  }
  const unreadable = thread === undefined ? undefined : nameFault(thread);
  if (unreadable) throw new BatonError('InvalidInput', `runs: thread ${unreadable}`);
  const query = [
    `${SEARCH_ATTRIBUTES.kind} IS NOT NULL`,
    `ExecutionStatus != 'ContinuedAsNew'`,
    user === undefined ? undefined : `${SEARCH_ATTRIBUTES.user} = ${quoted(attributeText(user))}`,
    thread === undefined ? undefined : `${SEARCH_ATTRIBUTES.thread} = ${quoted(attributeText(thread))}`,
    open ? `ExecutionStatus = 'Running'` : undefined,
    since && `StartTime >= '${since.toISOString()}'`,
  ];
  // Temporal counts finer than the milliseconds that a position has.
  const until = after && new Date(Date.parse(after.started_at) + 1);
  const found: RunSummary[] = [];
  const seen = new Set<string>();

  async function take(chunk: WorkflowExecutionInfo[]) {
    const summaries = await withStandings(chunk, log);
    for (const [n, summary] of summaries.entries()) {
      if (found.length >= limit) return;
      if (status && summary.status !== status) continue;
      const isClosed = summary.ended_at !== null;
      if (after && isClosed && !(await isLatest(client, chunk[n] as WorkflowExecutionInfo))) continue;
      found.push(summary);
    }
  }

  let chunk: WorkflowExecutionInfo[] = [];
  for await (const execution of executionsByStart(client, { query: query.filter(Boolean).join(' AND '), until })) {
    const { workflowId } = execution;
    if ((after && !isAfter(runSummary(execution), after)) || seen.has(workflowId)) continue;
    // What one id is as an attribute, another may be by itself.
    if (user !== undefined && runSummary(execution).user_id !== user) continue;
    // A run that was tried again or reset has several executions; it stands where its latest one began.
    seen.add(workflowId);
    chunk.push(execution);
    if (chunk.length < Math.min(limit, CHUNK)) continue;
    await take(chunk);
    chunk = [];
    if (found.length >= limit) return found;
  }
  await take(chunk);
  return found;
}

/**
 * Workflow type of a user's run that the log does not know, because it was lost while the run goes on. One query for the
 * ids that the run has if it is of one of these types; undefined where there is none.
 */
export async function listedWorkflow(
  client: WorkflowClient,
  { userId, runId, workflows }: { userId: string; runId: string; workflows: readonly string[] },
): Promise<string | undefined> {
  const ids = workflows.map((workflow) => quoted(workflowIdOf({ workflow, userId, runId })));
  const query = `${SEARCH_ATTRIBUTES.user} = ${quoted(userId)} AND WorkflowId IN (${ids.join(', ')})`;
  for await (const { type } of client.list({ query, pageSize: 1 })) return type;
  return undefined;
}

/** Read after the first page, whose runs are not seen again: a later execution may stand there. */
async function isLatest(client: WorkflowClient, { workflowId, runId }: { workflowId: string; runId: string }) {
  const latest = await client.getHandle(workflowId).describe();
  return latest.runId === runId;
}
