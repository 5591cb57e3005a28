import type { Logger as SdkLogger } from '@temporalio/worker';
import type { Logger as PinoLogger } from 'pino';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

type Level = keyof typeof LEVELS;

/** Most causes of an error that are logged. */
const MAX_CAUSES = 10;

/**
 * A failure without its details, which are data: events that wait for the log, the input of a call. Temporal has them,
 * encrypted where there are keys, and a log has not.
 */
function withoutDetails(error: unknown, depth = 0): unknown {
  if (typeof error !== 'object' || error === null || depth > MAX_CAUSES) return error;
  const { details: _data, cause, ...rest } = error as { details?: unknown; cause?: unknown };
  return { ...rest, ...(cause !== undefined && { cause: withoutDetails(cause, depth + 1) }) };
}

/** The SDK's log, those of workflows and agents with it, as lines of a pino logger. */
export function sdkLogger(log: PinoLogger): SdkLogger {
  function write(level: Level, message: string, meta?: object) {
    try {
      const { error } = (meta ?? {}) as { error?: unknown };
      log[LEVELS[level]](error === undefined ? (meta ?? {}) : { ...meta, error: withoutDetails(error) }, message);
    } catch {
      // A full disk must not end the work that is logged.
    }
  }
  return {
    log: (level, message, meta) => write(level, message, meta),
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}
