import type { Logger as SdkLogger } from '@temporalio/worker';
import type { Logger as PinoLogger } from 'pino';
import { thrownField, thrownStack, withoutMessage } from '../contracts/thrown-message.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

type Level = keyof typeof LEVELS;

/** Most causes of an error that are logged. */
const MAX_CAUSES = 10;

/**
 * An error as its line shows it: what it is, what it says and where it was thrown. Never its details, which are data: events
 * that wait for the log, the input of a call. `sealed`: nor what it says, which Temporal keeps encrypted.
 */
function shownError(error: unknown, sealed: boolean, depth = 0): unknown {
  if (typeof error !== 'object' || error === null) return error;
  if (depth > MAX_CAUSES) return undefined;
  const [name, type, code, cause] = ['name', 'type', 'code', 'cause'].map((key) => thrownField(error, key));
  const { details: _data, cause: _inner, ...own } = error as { details?: unknown; cause?: unknown };
  return {
    ...(sealed ? { type, code } : { ...own, message: thrownField(error, 'message') }),
    name,
    stack: sealed ? withoutMessage(error) : thrownStack(error),
    ...(cause !== undefined && { cause: shownError(cause, sealed, depth + 1) }),
  };
}

/**
 * The SDK's log, those of workflows and agents with it, as lines of a pino logger. `sealed`: payloads are encrypted, so that
 * no line may repeat what an error says.
 */
export function sdkLogger(log: PinoLogger, { sealed }: { sealed: boolean }): SdkLogger {
  function write(level: Level, message: string, meta?: object) {
    try {
      const { error } = (meta ?? {}) as { error?: unknown };
      log[LEVELS[level]](error === undefined ? (meta ?? {}) : { ...meta, error: shownError(error, sealed) }, message);
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
