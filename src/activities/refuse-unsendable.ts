import { BatonError } from '../contracts/baton-error.ts';
import { notJson } from '../contracts/json-faults.ts';
import { MAX_RESULT_BYTES } from '../contracts/names.ts';

/**
 * Refuses a result that could not be sent, before anything else tries to: Temporal's own refusal of a large one would be
 * retried for ever. Returns its bytes of JSON.
 *
 * @throws BatonError `PayloadTooLarge` with the bytes and the limit, or `InvalidOutput` with the paths of what is not JSON
 */
export function refuseUnsendable(agent: string, result: unknown): number {
  const faults = notJson(result, ['output']);
  if (faults) throw new BatonError('InvalidOutput', `agent ${agent}: its output is not JSON: ${faults}`);
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? '');
  if (bytes <= MAX_RESULT_BYTES) return bytes;
  const what = `its result takes ${bytes} bytes of JSON, over the limit of ${MAX_RESULT_BYTES}`;
  throw new BatonError('PayloadTooLarge', `agent ${agent}: ${what}; store large data and return where it is`);
}
