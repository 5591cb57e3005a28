// Runs inside the workflow sandbox.
import { ApplicationFailure } from '@temporalio/common';
import type { UserContext } from '../contracts/user-context.ts';

/**
 * Refuses a run whose context names another user than its workflow id, from which everybody else reads whose it is.
 *
 * @throws ApplicationFailure `InvalidInput`, not retryable
 */
export function checkOwner(workflowId: string, { user_id }: Pick<UserContext, 'user_id'>): void {
  const [, owner] = workflowId.split('/');
  if (owner === encodeURIComponent(user_id)) return;
  const message = `workflow ${workflowId} does not belong to user ${user_id}, for whom it was started`;
  throw ApplicationFailure.nonRetryable(message, 'InvalidInput');
}
