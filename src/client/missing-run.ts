import { isGrpcServiceError } from '@temporalio/client';
import { BatonError } from '../contracts/baton-error.ts';

const NOT_FOUND = 5;

/** Temporal's word for "no such run, or none that still goes on". */
export function isMissing(error: unknown): boolean {
  const missing = isGrpcServiceError(error) && error.code === NOT_FOUND;
  return missing || (error instanceof Error && error.name === 'WorkflowNotFoundError');
}

/** The same words for a run of somebody else and for one that never was. */
export function noSuchRun(runId: string, cause?: unknown): BatonError {
  return new BatonError('InvalidInput', `there is no run "${runId}"`, { code: 'not_found', cause });
}
