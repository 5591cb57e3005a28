import type { Context } from '@temporalio/activity';
import type { EventEmitter } from './event-emitter.ts';

/** How long an agent may take to stop once it was told to, in milliseconds; then it is abandoned. */
const STOP_LIMIT_MS = 5_000;

/** Why an attempt was told to stop. Only `cancel` ends the agent; after the others another attempt follows. */
export type StopReason = 'cancel' | 'interrupted' | 'superseded';

function reasonOf({ cancellationDetails: details }: Context): StopReason {
  if (details?.timedOut || details?.notFound) return 'superseded';
  // A cancel wins over a shutdown that comes with it: the user asked for it and must be told.
  return details?.cancelRequested ? 'cancel' : 'interrupted';
}

/** Follows Temporal's request to stop this attempt, tells the user of a cancel, and limits the wait for the agent. */
export function stopRequest(context: Context, emitter: EventEmitter) {
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  abandoned.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  let requestedAt: number | undefined;
  let wasAbandoned = false;

  function onAbort() {
    requestedAt = performance.now();
    if (reasonOf(context) === 'cancel') emitter.emit('agent_cancelling', { stage: 'delivered' });
    timer = setTimeout(() => {
      wasAbandoned = true;
      reject(new Error(`did not stop within ${STOP_LIMIT_MS} ms`));
    }, STOP_LIMIT_MS);
  }

  const { cancellationSignal } = context;
  if (cancellationSignal.aborted) onAbort();
  else cancellationSignal.addEventListener('abort', onAbort, { once: true });

  return {
    abandoned,
    clear() {
      clearTimeout(timer);
      cancellationSignal.removeEventListener('abort', onAbort);
    },
    /** What the request came to, or undefined if there was none. */
    outcome() {
      if (requestedAt === undefined) return undefined;
      return {
        reason: reasonOf(context),
        outcome: wasAbandoned ? ('abandoned' as const) : ('stopped' as const),
        time_to_stop_ms: Math.round(performance.now() - requestedAt),
      };
    },
  };
}
