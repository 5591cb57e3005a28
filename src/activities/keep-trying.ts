import { isOutage, settledWithin } from './patience.ts';

/** How long the first try may take before the caller goes on without it, in milliseconds. */
const FIRST_TRY_MS = 1_000;

/** Pauses between tries, in milliseconds: the first one, doubling up to the longest. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

type Options = {
  /** When to give up, in milliseconds since 1970. */
  until: number;
  onGivenUp?: (error: unknown) => void;
};

/**
 * Does what may fail for a while, such as a write to a store that is down, until it works. Nothing that it does depends on
 * the caller any more: `first` resolves after the first try, `settled` when it has worked or was given up. Neither rejects.
 */
export function keepTrying(work: () => Promise<unknown>, { until, onGivenUp = () => undefined }: Options) {
  const firstTry = work();

  async function settle() {
    let tried = firstTry;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await tried;
        return;
      } catch (error) {
        if (!isOutage(error) || Date.now() + pauseMs > until) return onGivenUp(error);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
      tried = work();
    }
  }

  return { first: settledWithin(firstTry, FIRST_TRY_MS), settled: settle() };
}
