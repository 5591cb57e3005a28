import { BatonError } from '../contracts/baton-error.ts';
import { MAX_RESULT_BYTES } from '../contracts/names.ts';

/**
 * Refuses a result that could not be sent, before anything else tries to: Temporal's own refusal of a large one would be
 * retried for ever. Returns its bytes of JSON.
 *
 * @throws BatonError `PayloadTooLarge` with the bytes and the limit, or `InvalidOutput` if it is not JSON
 */
export function refuseUnsendable(agent: string, result: unknown): number {
  let json: string | undefined;
  try {
    json = JSON.stringify(result);
  } catch (cause) {
    throw new BatonError('InvalidOutput', `agent ${agent}: its result cannot be written as JSON`, { cause });
  }
  const bytes = Buffer.byteLength(json ?? '');
  if (bytes <= MAX_RESULT_BYTES) return bytes;
  const what = `its result takes ${bytes} bytes of JSON, over the limit of ${MAX_RESULT_BYTES}`;
  throw new BatonError('PayloadTooLarge', `agent ${agent}: ${what}; store large data and return where it is`);
}
