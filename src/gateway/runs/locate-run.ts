import type { RunHandle } from '../../client.ts';
import type { RunOutcome } from '../../contracts/run.ts';
import { emptyFeed, foldFeed } from '../../feed/fold.ts';
import type { FoldedRun } from '../../feed/folded.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { Problem } from '../problem.ts';

const PAGE = 500;

export type LocatedRun = {
  handle: RunHandle;
  workflow: string;
  /** The run as its events tell; undefined until its first one. */
  folded: FoldedRun | undefined;
  /** The same anew. */
  foldAgain(): Promise<FoldedRun | undefined>;
  /** What the log keeps of what it came to; see `EventLog.outcome`. */
  kept(): Promise<RunOutcome | undefined>;
};

async function foldRun({ log }: GatewayContext, userId: string, runId: string): Promise<FoldedRun | undefined> {
  let feed = emptyFeed();
  for (;;) {
    const page = await log.read({ userId, runId, after: feed.seq, limit: PAGE });
    for (const event of page) feed = foldFeed(feed, event);
    if (page.length < PAGE) return feed.runs[0];
  }
}

/**
 * Finds a run of this user: by its events, or in Temporal before the first of them.
 *
 * @throws Problem `not_found`, in the same words for a run of somebody else and for one that never was
 */
export async function locateRun(context: GatewayContext, user: string, runId: string): Promise<LocatedRun> {
  const client = await context.clientOf(user);
  const folded = await foldRun(context, user, runId);
  const handle = await client.find(runId);
  if (handle && (folded || (await handle.describe()))) {
    const { workflowId } = handle;
    return {
      handle,
      workflow: workflowId.split('/')[0] as string,
      folded,
      foldAgain: () => foldRun(context, user, runId),
      kept: () => context.log.outcome({ userId: user, workflowId }),
    };
  }
  throw new Problem({ code: 'not_found', detail: `there is no run "${runId}"` });
}
