import type { WorkflowClient } from '@temporalio/client';
import type { Decisions } from '../notifier/decisions.ts';
import { isMissing } from './closed-run.ts';

/** Whoever took a decision sends it himself at once; what is older than this was not sent, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Sends decisions that were recorded but not delivered. A run takes the first decision on a question, so twice is harmless. */
export async function deliverDecisions(client: WorkflowClient, decisions: Decisions): Promise<void> {
  for (const { workflowId, approvalId, decision, by, at, comment, data } of await decisions.undelivered()) {
    if (Date.now() - Date.parse(at) < PATIENCE_MS) continue;
    try {
      await client.getHandle(workflowId).signal('decide', { approval_id: approvalId, decision, by, comment, data });
    } catch (error) {
      // A run that has ended waits for no decision any more.
      if (!isMissing(error)) throw error;
    }
    await decisions.markDelivered({ workflowId, approvalId });
  }
}
