/** Bounds of the wait before a lost feed connects again, in milliseconds; the server may give others. */
export const DEFAULT_RETRY_MS: [min: number, max: number] = [250, 10_000];

/**
 * Wait before the `failures`-th attempt in a row, in milliseconds: a random point below a bound that doubles. Without
 * the chance, all readers of a restarted gateway would come back in the same moment.
 */
export function retryDelay(failures: number, [min, max]: [min: number, max: number], random = Math.random): number {
  const bound = Math.min(max, min * 2 ** Math.min(failures, 20));
  return Math.round(min / 2 + random() * (bound - min / 2));
}
