import { BatonError } from '../contracts/baton-error.ts';
import { DEADLINE_MARGIN_MS } from '../contracts/names.ts';
import { startTimer } from './long-timer.ts';

/**
 * The agent's own limit, a little ahead of the server's, so that the attempt that ran out of time can still say so.
 * `startedAt` is by `performance.now()`. `expired` rejects with `AgentTimeout` and `signal` is aborted at that moment.
 */
export function attemptDeadline(agent: string, { limitMs, startedAt }: { limitMs: number; startedAt: number }) {
  const controller = new AbortController();
  const { promise: expired, reject } = Promise.withResolvers<never>();
  expired.catch(() => undefined);
  const overdue = () => new BatonError('AgentTimeout', `agent ${agent} timed out after its limit of ${limitMs} ms`);
  const clear = startTimer(
    () => {
      const error = overdue();
      controller.abort(error);
      reject(error);
    },
    Math.max(1, startedAt + limitMs - DEADLINE_MARGIN_MS - performance.now()),
  );
  const signal: AbortSignal = controller.signal;
  return {
    signal,
    expired,
    /** @throws BatonError `AgentTimeout` where the limit has passed, also while the process was too busy for its timer */
    check() {
      if (performance.now() - startedAt >= limitMs) throw overdue();
    },
    clear,
  };
}
