import { BatonError } from '../contracts/baton-error.ts';
import { DEADLINE_MARGIN_MS } from '../contracts/names.ts';

/**
 * The agent's own limit, a little ahead of the server's, so that the attempt that ran out of time can still say so.
 * `expired` rejects with `AgentTimeout` and `signal` is aborted at that moment.
 */
export function attemptDeadline(agent: string, limitMs: number) {
  const controller = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  expired.catch(() => undefined);
  const timer = setTimeout(
    () => {
      const error = new BatonError('AgentTimeout', `agent ${agent} timed out after its limit of ${limitMs} ms`);
      controller.abort(error);
      reject(error);
    },
    Math.max(1, limitMs - DEADLINE_MARGIN_MS),
  );
  const signal: AbortSignal = controller.signal;
  return { signal, expired, clear: () => clearTimeout(timer) };
}
