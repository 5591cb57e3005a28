import { DefaultLogger } from '@temporalio/worker';
import { ensureRuntime } from '../runtime/ensure-runtime.ts';

/**
 * Keeps Temporal's own log out of a replay: what it says is in the result, explained. For processes that do nothing
 * else, and before anything else uses the SDK's runtime; one that the process has already stays as it is.
 */
export function silentRuntime(): void {
  const logger = new DefaultLogger('ERROR', () => undefined);
  ensureRuntime({ logger, shutdownSignals: [], telemetryOptions: { logging: { filter: 'OFF' } } });
}
