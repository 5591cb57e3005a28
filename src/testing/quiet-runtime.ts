import { DefaultLogger } from '@temporalio/worker';
import { ensureRuntime } from '../runtime/ensure-runtime.ts';

/**
 * Errors only: failures are what tests are about, and the SDK's own logs of them would bury the tests' output. A runtime
 * that the process has already stays as it is.
 */
export function quietRuntime(): void {
  ensureRuntime({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
  });
}
