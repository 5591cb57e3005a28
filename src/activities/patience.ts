import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError } from '../contracts/baton-error.ts';
import { isUnavailable } from '../contracts/unavailable.ts';
import { NotYet } from './not-yet.ts';

/** Pauses between two questions to a store that is down, in milliseconds: the first one, doubling up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Longest wait within an attempt, in milliseconds: after it the user is to hear what the agent waits for. */
const MAX_WAIT_MS = 30_000;

/** Between attempts that ended because a store was down, in milliseconds: the first wait, doubling up to the longest. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;

/** What an attempt needs to end in order, in milliseconds; of a short one a tenth of its time. */
const MARGIN_MS = 200;

type Options = {
  signal: AbortSignal;
  /** End of the attempt, in milliseconds since 1970. */
  endsAt: number;
  /** Attempts before this one, in a row, that ended because a store was down. */
  outages: number;
};

/** Whether a store may answer later. Anything that it throws means so, but for mistakes of whoever asked. */
export function isOutage(error: unknown): boolean {
  if (isUnavailable(error)) return true;
  if (error instanceof BatonError) return error.type === 'NetworkError';
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError);
}

/** When the next attempt is to come, in milliseconds. Spread, so that those who waited together do not come back together. */
export function outageDelayMs(outages: number): number {
  const grown = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(outages, 10));
  return Math.round(grown * (0.6 + 0.4 * Math.random()));
}

/** Waits until a promise has settled, for `ms` at most; says whether it has. */
export function settledWithin(asked: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const settled = () => {
    clearTimeout(timer);
    resolve(true);
  };
  asked.then(settled, settled);
  return promise;
}

/**
 * Waits out stores that are down: for half of what is left of the attempt, so that the agent still has time once they are
 * back, and half a minute at most. Then the attempt ends and another one follows; it is no failure of the agent.
 */
export function createPatience({ signal, endsAt, outages }: Options) {
  let waitedMs = 0;
  const marginMs = Math.min(MARGIN_MS, Math.max(0, endsAt - Date.now()) / 10);

  function notYet(what: string, cause: unknown): NotYet {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `waits for ${what}, which cannot answer now: ${why}`;
    return new NotYet(message, { delayMs: outageDelayMs(outages), outage: true, cause });
  }

  /** The answer, or an error, before the attempt is over: a command to a dead server may take longer than that. */
  async function inTime<T>(what: string, asked: Promise<T>): Promise<T> {
    const leftMs = Math.max(0, endsAt - marginMs - Date.now());
    if (await settledWithin(asked, leftMs)) return asked;
    throw notYet(what, new Error(`it has not answered for ${leftMs} ms`));
  }

  return {
    /**
     * Asks a store until it answers. `what` names it: "the effect ledger".
     *
     * @throws NotYet where it does not answer within the attempt; what the store throws where that is not an outage
     */
    async ask<T>(what: string, ask: () => Promise<T>): Promise<T> {
      const askedAt = Date.now();
      const until = askedAt + Math.min(MAX_WAIT_MS, (endsAt - askedAt) / 2);
      let failed = false;
      try {
        for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
          try {
            return await inTime(what, ask());
          } catch (error) {
            if (error instanceof NotYet || !isOutage(error)) throw error;
            failed = true;
            if (Date.now() + pauseMs > until) throw notYet(what, error);
          }
          await sleep(pauseMs, undefined, { signal });
        }
      } finally {
        if (failed) waitedMs += Date.now() - askedAt;
      }
    },
    /** Time that the attempt has lost by waiting, in milliseconds. */
    waitedMs: () => waitedMs,
  };
}

export type Patience = ReturnType<typeof createPatience>;
