import type { Logger as SdkLogger } from '@temporalio/worker';
import type { Logger as PinoLogger } from 'pino';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

type Level = keyof typeof LEVELS;

/** The SDK's log, those of workflows and agents with it, as lines of a pino logger. */
export function sdkLogger(log: PinoLogger): SdkLogger {
  function write(level: Level, message: string, meta?: object) {
    try {
      log[LEVELS[level]](meta ?? {}, message);
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
