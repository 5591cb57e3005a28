import type { BatonEvent } from '../contracts/event.ts';
import type { FoldedApproval, FoldedRun } from './folded.ts';

type ApprovalEvent = Extract<BatonEvent, { type: 'approval_requested' | 'approval_decided' }>;

/** Folds a question or its answer into its run. */
export function foldApproval(run: FoldedRun, event: ApprovalEvent): FoldedRun {
  const { approval_id } = event.payload;
  const others = run.approvals.filter((each) => each.approval_id !== approval_id);
  const known = run.approvals.find((each) => each.approval_id === approval_id);
  let approval: FoldedApproval;
  if (event.type === 'approval_requested') {
    const { question, options, expires_at, reminder: reminded = false } = event.payload;
    const { decision = null, by = null } = (reminded && known) || {};
    approval = { approval_id, question, options, expires_at, reminded, decision, by };
  } else {
    const { decision, by } = event.payload;
    const asked = known ?? { approval_id, question: '', options: [], expires_at: event.at, reminded: false };
    approval = { ...asked, decision, by };
  }
  return { ...run, approvals: [...others, approval] };
}
