import type { Logger } from '@temporalio/worker';
import { pino } from 'pino';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

type Level = keyof typeof LEVELS;

/**
 * Logs of the Temporal SDK, of workflows and of agents, as JSON lines in a file: on the terminal they would tear the
 * live view apart.
 */
export function fileLogger({ path }: { path: string }): Logger {
  // Written at once: what a killed process was doing is what one looks for here.
  const log = pino(
    { level: 'info', base: { pid: process.pid } },
    pino.destination({ dest: path, mkdir: true, sync: true }),
  );
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
