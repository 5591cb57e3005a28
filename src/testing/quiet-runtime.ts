import { DefaultLogger, Runtime } from '@temporalio/worker';

/**
 * Errors only: failures are what tests are about, and the SDK's own logs of them would bury the tests' output. A runtime
 * that the process has already stays as it is.
 */
export function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      shutdownSignals: [],
      telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' } } },
    });
  } catch {
    // There is one: the SDK allows no second.
  }
}
