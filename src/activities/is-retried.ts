import type { AgentLimits } from '../contracts/agent-call.ts';
import { NEVER_RETRIED, RETRIED_ON_REQUEST, type FailureType } from '../contracts/names.ts';

/** Whether another attempt follows a failure of this type, by kind and by the agent's own wish. */
export function isRetried(type: FailureType, { retry_on }: Pick<AgentLimits, 'retry_on'>): boolean {
  if (NEVER_RETRIED.includes(type)) return false;
  return !RETRIED_ON_REQUEST.includes(type) || retry_on.includes(type);
}
