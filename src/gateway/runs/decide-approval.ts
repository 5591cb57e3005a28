import type { DecisionMessage } from '../../contracts/run-messages.ts';
import type { FoldedApproval } from '../../feed/folded.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { Problem } from '../problem.ts';
import type { LocatedRun } from './locate-run.ts';

type Options = { context: GatewayContext; run: LocatedRun; user: string; message: DecisionMessage };

function alreadyDecided(first: { approval_id: string; decision: string | null; by: string | null }): Problem {
  const detail = `${first.approval_id} was decided before: ${first.decision}, by ${first.by}`;
  return new Problem({ code: 'already_decided', detail, extra: { first } });
}

function openQuestion({ folded }: LocatedRun, { approval_id, decision }: DecisionMessage): FoldedApproval {
  const asked = folded?.approvals.find((each) => each.approval_id === approval_id);
  if (!asked) throw new Problem({ code: 'not_found', detail: `this run asks nothing named "${approval_id}"` });
  if (asked.decision !== null) throw alreadyDecided(asked);
  if (!asked.options.includes(decision)) {
    const detail = `"${decision}" is no option of ${approval_id}; choose one of: ${asked.options.join(', ')}`;
    throw new Problem({ code: 'invalid_input', detail, errors: [{ path: '/decision', message: detail }] });
  }
  return asked;
}

/**
 * Takes a decision: recorded first, where the first one wins, and then sent to the run. If the run cannot be reached
 * now, the decision stands all the same and the reconciler sends it later.
 *
 * @throws Problem `not_found`, `invalid_input`, or `already_decided` with the first decision
 */
export async function decideApproval({ context, run, user, message }: Options): Promise<DecisionMessage> {
  openQuestion(run, message);
  const { approval_id: approvalId, decision, by, comment, data } = message;
  const { workflowId } = run.handle;
  const { decisions } = context;
  const at = new Date().toISOString();
  const taken = await decisions.decide({ workflowId, approvalId, userId: user, decision, by, at, comment, data });
  if (!taken.first) throw alreadyDecided({ approval_id: approvalId, ...taken.decision });
  try {
    await run.handle.signalDecision(message);
    await decisions.markDelivered({ workflowId, approvalId });
  } catch {
    // Durable since it was recorded; who sends it is a matter of time.
  }
  return message;
}
