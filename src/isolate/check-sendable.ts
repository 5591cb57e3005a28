import { serialize } from 'node:v8';
import { BatonError } from '../contracts/baton-error.ts';
import { notJson } from '../contracts/json-faults.ts';
import type { FailureType } from '../contracts/names.ts';

/** Largest value that a child hands to its worker, in bytes: it must not fill the worker's memory instead of its own. */
const MAX_BYTES = 32 * 1024 ** 2;

/** What is sent: as paths begin, as the error names it, and the error's type. */
type Sent = { name: string; what: string; type: FailureType };

/**
 * Refuses what cannot be sent to the worker.
 *
 * @throws BatonError `type` with the paths of what is not JSON, `PayloadTooLarge` if it is too large
 */
export function checkSendable(value: unknown, { name, what, type }: Sent): void {
  const faults = notJson(value, [name], { most: MAX_BYTES / 2 });
  if (faults) throw new BatonError(type, `${what} cannot leave the agent's process: ${faults}; use plain data`);
  const bytes = serialize(value).length;
  if (bytes <= MAX_BYTES) return;
  const remedy = 'store it and hand over a reference';
  throw new BatonError(
    'PayloadTooLarge',
    `${what} has ${bytes} bytes; an isolated agent may send ${MAX_BYTES}: ${remedy}`,
  );
}
