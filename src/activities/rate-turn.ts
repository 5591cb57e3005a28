import { setTimeout } from 'node:timers/promises';
import type { Leases } from '../notifier/leases.ts';
import type { AnyTool } from '../tools/define-tool.ts';
import { NotYet } from './not-yet.ts';

/**
 * Makes the wait for a call's turn under its tool's rate limit, which all workers share. The turn is reserved first and
 * comes by the passing of time alone, so that nobody waits for somebody else to give something back.
 */
export function createRateTurn({ leases, signal, endsAt }: { leases: Leases; signal: AbortSignal; endsAt: number }) {
  /** @throws NotYet where the turn comes only after the attempt's end */
  return async function rateTurn({ name, rateLimit }: Pick<AnyTool, 'name' | 'rateLimit'>): Promise<void> {
    if (!rateLimit) return;
    const maxWaitMs = Math.max(0, endsAt - Date.now());
    const { reserved, waitMs } = await leases.reserve({ bucket: `tool:${name}`, ...rateLimit, maxWaitMs });
    if (!reserved) {
      const { calls, perMs } = rateLimit;
      throw new NotYet(`tool ${name}: all ${calls} calls per ${perMs} ms are taken for ${waitMs} ms`, {
        delayMs: waitMs,
      });
    }
    if (waitMs > 0) await setTimeout(waitMs, undefined, { signal });
  };
}
