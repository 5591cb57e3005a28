import type { UnknownEffect } from './agent-call.ts';
import type { FailureType } from './names.ts';

type Options = {
  /** Shortest wait before the next attempt, in milliseconds, at most a day; what a provider's `retry-after` said. */
  retryAfterMs?: number;
  /** Tells this error from others of its type, for callers that act on it, such as `request_conflict`. */
  code?: string;
  /** What goes with the code, such as the first decision with `already_decided`. */
  details?: Record<string, unknown>;
  /** With `EffectUnknown`: which call. */
  effect?: UnknownEffect;
  /** The tool's call certainly did nothing: it may be made again even where its effect is `once`. @default false */
  notDone?: boolean;
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
  readonly code: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly effect: UnknownEffect | undefined;
  readonly notDone: boolean;

  constructor(
    type: FailureType,
    message: string,
    { retryAfterMs, code, details, effect, notDone = false, cause }: Options = {},
  ) {
    super(message, { cause });
    this.type = type;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
    this.details = details;
    this.effect = effect;
    this.notDone = notDone;
  }
}
