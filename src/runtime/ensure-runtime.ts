import { DefaultLogger, Runtime, type RuntimeOptions } from '@temporalio/worker';

/** Installs the SDK's runtime; one that the process has already stays as it is. */
export function ensureRuntime(options: RuntimeOptions): void {
  try {
    Runtime.install(options);
  } catch {
    // There is one: the SDK allows no second.
  }
}

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
