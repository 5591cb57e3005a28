import type { Leases } from '../notifier/leases.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import { sleep } from './long-timer.ts';
import { NotYet } from './not-yet.ts';
import type { Patience } from './patience.ts';

type Options = { leases: Leases; signal: AbortSignal; endsAt: number; patience: Patience };

/**
 * Makes the wait for a call's turn under its tool's rate limit, which all workers share. The turn is reserved first and
 * comes by the passing of time alone, so that nobody waits for somebody else to give something back.
 */
export function createRateTurn({ leases, signal, endsAt, patience }: Options) {
  /** @throws NotYet where the turn comes only after the attempt's end, or the store of the limits is down */
  return async function rateTurn({ name, rateLimit }: Pick<AnyTool, 'name' | 'rateLimit'>): Promise<void> {
    if (!rateLimit) return;
    const reserve = () => {
      const maxWaitMs = Math.max(0, endsAt - Date.now());
      return leases.reserve({ bucket: `tool:${name}`, ...rateLimit, maxWaitMs });
    };
    const { reserved, waitMs } = await patience.ask(`the rate limit of tool ${name}`, reserve);
    if (!reserved) {
      const { calls, perMs } = rateLimit;
      throw new NotYet(`tool ${name}: all ${calls} calls per ${perMs} ms are taken for ${waitMs} ms`, {
        delayMs: waitMs,
      });
    }
    if (waitMs > 0) await sleep(waitMs, signal);
  };
}
