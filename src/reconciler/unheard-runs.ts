import type { WorkflowClient } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';

/** Runs are looked for this far, newest first. */
const LIMIT = 200;

/** A run that was closed longer ago is not looked for, in milliseconds: whoever was to hear of it asked long since. */
const CLOSED_LATELY_MS = 10 * 60_000;

export type Candidate = { userId: string; runId: string; workflowId: string; threadId?: string };

/** A run that Temporal has; `temporalRun` only where it is closed. */
export type Unheard = Candidate & { temporalRun?: string };

/**
 * Runs that Temporal has and that are not among the log's open ones: those that have said nothing yet, and those that were
 * closed lately before they could. A closed one is given until it is marked as `settled`.
 */
export function createUnheardRuns({ client, taskQueue }: { client: WorkflowClient; taskQueue?: string }) {
  let settled = new Set<string>();

  async function list(where: string, open: boolean): Promise<Unheard[]> {
    const queue = taskQueue ? ` AND TaskQueue = '${taskQueue}'` : '';
    const query = `${SEARCH_ATTRIBUTES.kind} IS NOT NULL AND ${where}${queue}`;
    const found: Unheard[] = [];
    for await (const { workflowId, runId, searchAttributes } of client.list({ query, pageSize: LIMIT })) {
      const [, user, run] = workflowId.split('/');
      if (user === undefined || run === undefined) continue;
      const threadId = searchAttributes[SEARCH_ATTRIBUTES.thread]?.[0] as string | undefined;
      const ids = { workflowId, userId: decodeURIComponent(user), runId: decodeURIComponent(run), threadId };
      found.push(open ? ids : { ...ids, temporalRun: runId });
      if (found.length >= LIMIT) break;
    }
    return found;
  }

  return {
    settled: ({ temporalRun }: Unheard) => void (temporalRun && settled.add(temporalRun)),
    async find(heard: ReadonlySet<string>): Promise<Unheard[]> {
      const since = new Date(Date.now() - CLOSED_LATELY_MS).toISOString();
      const closed = await list(
        `ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut') AND CloseTime > '${since}'`,
        false,
      );
      const open = await list(`ExecutionStatus = 'Running'`, true);
      settled = new Set(closed.flatMap(({ temporalRun = '' }) => (settled.has(temporalRun) ? temporalRun : [])));
      return [...open, ...closed].filter(
        ({ workflowId, temporalRun = '' }) => !heard.has(workflowId) && !settled.has(temporalRun),
      );
    },
  };
}
