// Runs inside the workflow sandbox.
import { CancellationScope } from '@temporalio/workflow';

/**
 * A scope that no cancel reaches, to be used for everything in a run that must go on in spite of one: each new scope costs
 * three promises, and each promise a stack trace.
 */
export function createShield(): CancellationScope {
  return new CancellationScope({ cancellable: false });
}
