import type { WorkflowClient } from '@temporalio/client';
import type { Decision, Decisions } from '../notifier/decisions.ts';
import type { EventLog } from '../notifier/event-log.ts';
import { isMissing } from './missing.ts';
import { readRunRecord } from './run-record.ts';
import type { Standing } from './temporal-identity.ts';

/** Whoever took a decision sends it himself at once; what is older than this was not sent, in milliseconds. */
const PATIENCE_MS = 2_000;

type World = {
  client: WorkflowClient;
  log: Pick<EventLog, 'read'>;
  decisions: Decisions;
  standing: () => Promise<Standing>;
};

/** Whether the log itself says that the run is over, or has forgotten it: then nobody waits for a decision any more. */
async function isOver({ log }: Pick<World, 'log'>, { workflowId, userId }: Decision): Promise<boolean> {
  const [, , run = ''] = workflowId.split('/');
  const { folded } = await readRunRecord(log, { workflowId, userId, runId: decodeURIComponent(run) });
  return folded === undefined || folded.ended_at !== null;
}

/**
 * Sends decisions that were recorded but not delivered. A run takes the first decision on a question, so twice is
 * harmless. Where Temporal does not have the run, the decision is kept until the log knows that the run has ended.
 */
export async function deliverDecisions(world: World): Promise<void> {
  const { client, decisions, standing } = world;
  for (const each of await decisions.undelivered()) {
    const { workflowId, approvalId, decision, by, at, comment, data } = each;
    if (Date.now() - Date.parse(at) < PATIENCE_MS) continue;
    try {
      await client.getHandle(workflowId).signal('decide', { approval_id: approvalId, decision, by, comment, data });
      // A stranger may have a run of the same id.
      if ((await standing()) === 'foreign') return;
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (!(await isOver(world, each)) || (await standing()) !== 'own') continue;
    }
    await decisions.markDelivered({ workflowId, approvalId });
  }
}
