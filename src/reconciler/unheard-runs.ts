import type { WorkflowClient } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';

/** A round looks through so many open and so many closed runs at most, newest first. */
const LOOKED_THROUGH = 10_000;

const PAGE = 500;

/** A run that was closed longer ago is not looked for, in milliseconds: whoever was to hear of it asked long since. */
const CLOSED_LATELY_MS = 10 * 60_000;

export type Candidate = {
  userId: string;
  runId: string;
  workflowId: string;
  threadId?: string;
  /** When its caller was told that it is started, of a run that has said nothing yet; in ISO 8601 UTC. */
  acceptedAt?: string;
};

/** A run that Temporal has; `temporalRun` only where it is closed. */
export type Unheard = Candidate & { temporalRun?: string };

type Listed = Required<Omit<Unheard, 'acceptedAt'>>;

type Options = {
  client: WorkflowClient;
  taskQueue?: string;
  /** Open runs that a round gives at most, and closed ones; the others are for the next rounds. @default 200 */
  limit?: number;
};

/**
 * Runs that Temporal has and that are not among the log's open ones: those that have said nothing yet, and those that were
 * closed lately before they could. A closed one is given until it is marked as `settled`.
 */
export function createUnheardRuns({ client, taskQueue, limit = 200 }: Options) {
  const settled = new Map<string, number>();

  async function list(where: string, isKnown: (run: Listed) => boolean): Promise<Listed[]> {
    const queue = taskQueue ? ` AND TaskQueue = '${taskQueue}'` : '';
    const query = `${SEARCH_ATTRIBUTES.kind} IS NOT NULL AND ${where}${queue}`;
    const found: Listed[] = [];
    let looked = 0;
    for await (const { workflowId, runId: temporalRun, searchAttributes } of client.list({ query, pageSize: PAGE })) {
      const [, user, run] = workflowId.split('/');
      if (user !== undefined && run !== undefined) {
        const [userId, runId] = [decodeURIComponent(user), decodeURIComponent(run)];
        const threadId = (searchAttributes[SEARCH_ATTRIBUTES.thread]?.[0] ?? runId) as string;
        const each = { workflowId, userId, runId, threadId, temporalRun };
        // Known ones do not count: hundreds of them would hide an older one that nobody has heard of.
        if (!isKnown(each)) found.push(each);
      }
      looked += 1;
      if (found.length >= limit || looked >= LOOKED_THROUGH) break;
    }
    return found;
  }

  return {
    settled: ({ temporalRun }: Unheard) => void (temporalRun && settled.set(temporalRun, Date.now())),
    async find(heard: ReadonlySet<string>): Promise<Unheard[]> {
      const lately = Date.now() - CLOSED_LATELY_MS;
      for (const [temporalRun, at] of settled) if (at < lately) settled.delete(temporalRun);
      const closed = await list(
        `ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut') AND CloseTime > '${new Date(lately).toISOString()}'`,
        ({ workflowId, temporalRun }) => heard.has(workflowId) || settled.has(temporalRun),
      );
      const open = await list(`ExecutionStatus = 'Running'`, ({ workflowId }) => heard.has(workflowId));
      return [...open.map(({ temporalRun: _, ...run }) => run), ...closed];
    },
  };
}
