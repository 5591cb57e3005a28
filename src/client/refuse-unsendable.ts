import { BatonError } from '../contracts/baton-error.ts';
import { MAX_INPUT_BYTES } from '../contracts/names.ts';
import { jsonFaults } from '../contracts/json-faults.ts';
import { faultList } from '../plans/plan-fault.ts';

/**
 * Refuses what JSON would change or drop on its way: NaN, lone surrogates, dates, functions, cycles.
 *
 * @throws BatonError `InvalidInput` that lists every such value by its path below `name`
 */
export function refuseOtherThanJson(name: string, value: unknown, of: string): void {
  const faults = jsonFaults(value, [name]);
  if (faults.length > 0) throw new BatonError('InvalidInput', `${name} of ${of} is refused:\n${faultList(faults)}`);
}

/**
 * Refuses a start that would carry too much.
 *
 * @throws BatonError `PayloadTooLarge` with the bytes and the limit
 */
export function refuseOversized(of: string, parts: { input: unknown; metadata: unknown }): void {
  const bytes = Buffer.byteLength(JSON.stringify(parts));
  if (bytes <= MAX_INPUT_BYTES) return;
  const what = `input and metadata of ${of} take ${bytes} bytes of JSON, over the limit of ${MAX_INPUT_BYTES}`;
  throw new BatonError('PayloadTooLarge', `${what}; pass large data by reference`);
}
