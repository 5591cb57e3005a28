import { BatonError } from '../contracts/baton-error.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import { startTimer } from './long-timer.ts';

/**
 * Runs one call within its tool's own limit, if it has one; its signal is aborted then.
 *
 * @throws BatonError `ToolTimeout` naming tool and limit, while the call itself may still be ending
 */
export async function withTimeout<T>(
  { name, timeoutMs }: Pick<AnyTool, 'name' | 'timeoutMs'>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return work(signal);
  const limit = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const clear = startTimer(() => {
    const error = new BatonError('ToolTimeout', `tool ${name} timed out after ${timeoutMs} ms`);
    reject(error);
    limit.abort(error);
  }, timeoutMs);
  try {
    return await Promise.race([work(AbortSignal.any([signal, limit.signal])), late]);
  } finally {
    clear();
  }
}
