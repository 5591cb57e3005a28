import type { RunHandle } from '../../client.ts';
import type { RunOutcome } from '../../contracts/run.ts';
import type { RunStanding } from '../../notifier/event-log.ts';
import type { FoldedRun } from '../../feed/folded.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { Problem } from '../problem.ts';

export type LocatedRun = {
  handle: RunHandle;
  workflow: string;
  /** How it stands in the log, whatever its length; undefined until its first event. */
  standing: RunStanding | undefined;
  /** The run as its events tell, of which those are read that are new; undefined until its first one. */
  fold(): Promise<FoldedRun | undefined>;
  /** What the log keeps of what it came to; see `EventLog.outcome`. */
  kept(): Promise<RunOutcome | undefined>;
};

const noSuchRun = (runId: string) => new Problem({ code: 'not_found', detail: `there is no run "${runId}"` });

/**
 * Finds a run of this user: by its place in the log, or in Temporal before its first event. Reads none of its events.
 *
 * @throws Problem `not_found`, in the same words for a run of somebody else and for one that never was
 */
export async function locateRun(context: GatewayContext, user: string, runId: string): Promise<LocatedRun> {
  const client = await context.clientOf(user);
  const handle = await client.find(runId);
  if (!handle) throw noSuchRun(runId);
  const { workflowId } = handle;
  const where = { userId: user, workflowIds: [workflowId] };
  const standing = (await context.log.standings(where)).get(workflowId);
  if (!standing && !(await handle.describe())) throw noSuchRun(runId);
  return {
    handle,
    workflow: workflowId.split('/')[0] as string,
    standing,
    fold: async () => (await context.foldOf({ userId: user, runId })).run,
    kept: () => context.log.outcome({ userId: user, workflowId }),
  };
}
