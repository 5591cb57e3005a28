import { BatonError } from '../contracts/baton-error.ts';

// The reconciler, which may not import the client, must mean the same by it.
export { isMissing, isNamespaceMissing } from '../reconciler/missing.ts';

/** Of a run that the log says is open: what Temporal does not have may be back, and has not ended. */
export function notHere(runId: string, cause: unknown): BatonError {
  const message = `Temporal does not have run "${runId}" at the moment, which has not ended as far as is known; try again`;
  return new BatonError('NetworkError', message, { code: 'unknown_to_temporal', cause });
}

/** The same words for a run of somebody else and for one that never was. */
export function noSuchRun(runId: string, cause?: unknown): BatonError {
  return new BatonError('InvalidInput', `there is no run "${runId}"`, { code: 'not_found', cause });
}
