import { BatonError } from '../contracts/baton-error.ts';

type Options = {
  /** When to try again, in milliseconds from now. */
  delayMs: number;
  /** Whether the agent has not begun: it is queued, not retried. @default false */
  queued?: boolean;
  /** Whether it waits for a store or a server that is down, and not for its turn. @default false */
  outage?: boolean;
  cause?: unknown;
};

/**
 * The attempt stops because something must be waited for that takes longer than an attempt may wait. It neither failed
 * nor was lost: another attempt follows and this one is not counted.
 */
export class NotYet extends BatonError {
  override name = 'NotYet';
  readonly delayMs: number;
  readonly queued: boolean;
  readonly outage: boolean;

  constructor(message: string, { delayMs, queued = false, outage = false, cause }: Options) {
    super(outage ? 'NetworkError' : 'RateLimited', message, { retryAfterMs: delayMs, cause });
    this.delayMs = delayMs;
    this.queued = queued;
    this.outage = outage;
  }
}
