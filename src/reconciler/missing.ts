import { isGrpcServiceError } from '@temporalio/client';

const NOT_FOUND = 5;

/** Not every call tells apart by its error's class what is not there. */
const IS_NAMESPACE = /^Namespace .* is not found/;

/** Temporal's word for "no such run, or none that still goes on". It says so of runs that another Temporal has, too. */
export function isMissing(error: unknown): boolean {
  const missing = isGrpcServiceError(error) && error.code === NOT_FOUND && !IS_NAMESPACE.test(error.details);
  return missing || (error instanceof Error && error.name === 'WorkflowNotFoundError');
}

/** Temporal's word for "no such namespace". */
export function isNamespaceMissing(error: unknown): boolean {
  const missing = isGrpcServiceError(error) && error.code === NOT_FOUND && IS_NAMESPACE.test(error.details);
  return missing || (error instanceof Error && error.name === 'NamespaceNotFoundError');
}
