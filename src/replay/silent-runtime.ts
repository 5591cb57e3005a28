import { DefaultLogger, Runtime } from '@temporalio/worker';

/**
 * Keeps Temporal's own log out of a replay: what it says is in the result, explained. For processes that do nothing
 * else, and before anything else uses the SDK's runtime; one that the process has already stays as it is.
 */
export function silentRuntime(): void {
  const logger = new DefaultLogger('ERROR', () => undefined);
  try {
    Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter: 'OFF' } } });
  } catch {
    // There is one: the SDK allows no second.
  }
}
