import type { WorkflowClient } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';
import { tellUser } from './terminate-run.ts';
import type { FeedSource } from './feed-source.ts';

const SCHEDULED = 1;
const PAUSED = [4, 5];

type Where = { client: WorkflowClient; feed: FeedSource; workflowId: string; userId: string; runId: string };

/**
 * Lets agents of an open run that wait for their next attempt make it at once, with all their attempts anew, and those
 * that were paused by Temporal's own tools go on. Returns their names.
 *
 * @throws BatonError `InvalidInput` when none waits
 */
export async function retryNow(where: Where, { by }: { by: string }): Promise<string[]> {
  const { client, workflowId, runId } = where;
  const { raw, runId: temporalRun } = await client.getHandle(workflowId).describe();
  const { namespace } = client.options;
  const agents: string[] = [];
  for (const { activityId: id, activityType, state, attempt, scheduledTime } of raw.pendingActivities ?? []) {
    const common = { namespace, execution: { workflowId, runId: temporalRun }, identity: by, id };
    if (PAUSED.includes(state ?? 0)) await client.workflowService.unpauseActivity(common);
    // Details of earlier attempts would count against the new ones.
    else if (state === SCHEDULED && (attempt ?? 1) > 1)
      await client.workflowService.resetActivity({ ...common, resetHeartbeat: true });
    else continue;
    const agent = activityType?.name ?? '?';
    const key = `retry_now:${id}:${attempt}:${scheduledTime?.seconds?.toString() ?? ''}`;
    await tellUser(where, { temporalRun, key, action: 'retry_now', by, agent });
    agents.push(agent);
  }
  if (agents.length > 0) return agents;
  throw new BatonError('InvalidInput', `no agent of run ${runId} waits for its next attempt, and none is paused`);
}
