import { BatonError } from '../contracts/baton-error.ts';

type Options = {
  /** When to try again, in milliseconds from now. */
  delayMs: number;
  /** Whether the agent has not begun: it is queued, not retried. @default false */
  queued?: boolean;
};

/**
 * The attempt stops because something must be waited for that takes longer than an attempt may wait. It neither failed
 * nor was lost: another attempt follows and this one is not counted.
 */
export class NotYet extends BatonError {
  override name = 'NotYet';
  readonly delayMs: number;
  readonly queued: boolean;

  constructor(message: string, { delayMs, queued = false }: Options) {
    super('RateLimited', message, { retryAfterMs: delayMs });
    this.delayMs = delayMs;
    this.queued = queued;
  }
}
