import { serialize } from 'node:v8';
import { BatonError } from '../contracts/baton-error.ts';
import type { FailureType } from '../contracts/names.ts';

/** Largest value that a child hands to its worker, in bytes: it must not fill the worker's memory instead of its own. */
const MAX_BYTES = 32 * 1024 ** 2;

/**
 * Refuses what cannot be sent to the worker. `what` names it in the error.
 *
 * @throws BatonError `type` if it cannot be cloned, `PayloadTooLarge` if it is too large
 */
export function checkSendable(value: unknown, what: string, type: FailureType): void {
  let bytes: number;
  try {
    bytes = serialize(value).length;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BatonError(type, `${what} cannot leave the agent's process: ${reason}; use plain data`, { cause });
  }
  if (bytes <= MAX_BYTES) return;
  const remedy = 'store it and hand over a reference';
  throw new BatonError(
    'PayloadTooLarge',
    `${what} has ${bytes} bytes; an isolated agent may send ${MAX_BYTES}: ${remedy}`,
  );
}
