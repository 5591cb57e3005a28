import type { FailureType } from './names.ts';

type Options = {
  /** Shortest wait before the next attempt, in milliseconds; what a provider's `retry-after` said. */
  retryAfterMs?: number;
  cause?: unknown;
};

/**
 * An error of a known kind. Agents and tools throw it to say more than "failed": its `type` decides whether the engine
 * tries again, and is what the user and the operator are shown.
 */
export class BatonError extends Error {
  override name = 'BatonError';
  readonly type: FailureType;
  readonly retryAfterMs: number | undefined;

  constructor(type: FailureType, message: string, { retryAfterMs, cause }: Options = {}) {
    super(message, { cause });
    this.type = type;
    this.retryAfterMs = retryAfterMs;
  }
}
