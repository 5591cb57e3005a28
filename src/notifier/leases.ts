/** A number of places that many processes share. */
export type Pool = { name: string; limit: number };

/** Who has a place. A newer `exec` of the same `holder` takes over its place instead of waiting for it. */
export type LeaseHolder = { holder: string; exec: string };

/**
 * Limits that all workers share: places that are given back or expire, and calls per time. No operation waits: what is
 * refused says so at once, and the caller decides where to wait.
 */
export type Leases = {
  /** A place in every pool, or in none. Says which pool is full. */
  acquire(options: LeaseHolder & { pools: Pool[]; ttlMs: number }): Promise<{ granted: boolean; full: string | null }>;
  /** Prolongs places that are still this attempt's; false if one is not. */
  renew(options: LeaseHolder & { pools: Pool[]; ttlMs: number }): Promise<boolean>;
  release(options: LeaseHolder & { pools: Pool[] }): Promise<void>;
  /** Places taken in a pool now. */
  taken(options: { pool: string }): Promise<number>;
  /**
   * Reserves the next free moment, so that no `perMs` milliseconds ever hold more than `calls` of them. Returns how long
   * to wait until it; if that exceeds `maxWaitMs`, nothing is reserved.
   */
  reserve(options: {
    bucket: string;
    calls: number;
    perMs: number;
    maxWaitMs: number;
  }): Promise<{ reserved: boolean; waitMs: number }>;
};
