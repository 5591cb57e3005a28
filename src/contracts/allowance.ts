export type AllowanceOptions = {
  /** How much may pass at once. */
  burst: number;
  /** How much of it comes back in a second. */
  perSecond: number;
};

/** Keeps a stream of something within a rate. Whatever passes is taken whole, also where it exceeds what is left. */
export function createAllowance({ burst, perSecond }: AllowanceOptions) {
  let left = burst;
  let at = performance.now();

  return {
    /** Whether anything may pass now. */
    isOpen(): boolean {
      const now = performance.now();
      left = Math.min(burst, left + ((now - at) / 1_000) * perSecond);
      at = now;
      return left > 0;
    },
    take: (amount: number): void => void (left -= amount),
  };
}
