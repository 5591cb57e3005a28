import { ApplicationFailure } from '@temporalio/activity';
import type { DecisionClaim } from '../contracts/decision-claim.ts';
import type { DecisionMessage } from '../contracts/run-messages.ts';
import type { Decisions } from '../notifier/decisions.ts';
import { classifyFailure } from './classify-failure.ts';

/**
 * Claims the answer to a question for a person's message or for the expiry, and returns the one that stands: what a
 * person had recorded before wins, also where its message has not reached the run yet.
 *
 * @throws ApplicationFailure while the store does not answer; to be tried again
 */
export async function claimDecision(
  { workflow_id: workflowId, approval_id: approvalId, user_id: userId, ...claim }: DecisionClaim,
  decisions: Decisions | undefined,
): Promise<DecisionMessage> {
  const { at, ...given } = claim;
  if (!decisions) return { approval_id: approvalId, ...given };
  const key = { workflowId, approvalId };
  try {
    const { decision: stands } = await decisions.decide({ ...key, userId, ...given, at });
    // Whatever stands, the run hears of it by this very answer.
    await decisions.markDelivered(key);
    const { decision, by, comment, data } = stands;
    return { approval_id: approvalId, decision, by, comment, data };
  } catch (thrown) {
    const { type, message } = classifyFailure(thrown);
    throw ApplicationFailure.create({ type, message });
  }
}
