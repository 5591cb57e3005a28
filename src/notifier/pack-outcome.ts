import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { BatonError } from '../contracts/baton-error.ts';
import { MAX_OUTCOME_BYTES } from '../contracts/names.ts';
import type { RunOutcome } from '../contracts/run.ts';
import type { Seal } from '../payload/seal.ts';

const deflated = promisify(deflateRaw);
const inflated = promisify(inflateRaw);

/**
 * An outcome as a log keeps it: compressed JSON, sealed where there are keys. Computed beside the event loop, since it may be 4 MB.
 *
 * @throws BatonError `PayloadTooLarge` when it takes more than `MAX_OUTCOME_BYTES`
 */
export async function packOutcome(outcome: RunOutcome, { sealBytes }: Seal): Promise<Uint8Array> {
  const json = Buffer.from(JSON.stringify(outcome));
  if (json.length <= MAX_OUTCOME_BYTES) return sealBytes(await deflated(json));
  const what = `the outcome of run ${outcome.run_id} takes ${json.length} bytes of JSON`;
  throw new BatonError('PayloadTooLarge', `${what}, over the limit of ${MAX_OUTCOME_BYTES}; return a reference`);
}

/** What `packOutcome` made of an outcome, read back. */
export async function unpackOutcome(kept: Uint8Array, { openBytes }: Seal): Promise<RunOutcome> {
  return JSON.parse((await inflated(openBytes(kept), { maxOutputLength: MAX_OUTCOME_BYTES })).toString()) as RunOutcome;
}
