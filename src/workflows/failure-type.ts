// Runs inside the workflow sandbox.
import { ApplicationFailure } from '@temporalio/common';
import { FAILURE_TYPES, type FailureType } from '../contracts/names.ts';

/** The type of our own list that an error has; `AgentFailed` where it has none of it. */
export function failureType(error: unknown): FailureType {
  const type = error instanceof ApplicationFailure ? error.type : undefined;
  if (type === 'PayloadsTooLarge') return 'PayloadTooLarge';
  return FAILURE_TYPES.find((known) => known === type) ?? 'AgentFailed';
}
