import { fileURLToPath } from 'node:url';
import { defaultPayloadConverter, type DataConverter } from '@temporalio/common';
import { createClaimCheck } from './claim-check.ts';
import { createEncryption } from './encryption.ts';
import { openBlobStore } from './open-blob-store.ts';
import type { PayloadKey } from './payload-keys.ts';

export type PayloadConfig = {
  /** `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint=…&region=…`. */
  storeUrl: string;
  /** The first encrypts, all decrypt; none: nothing is encrypted. */
  keys: readonly PayloadKey[];
};

/** What failures say stays readable in Temporal's UI where nothing is encrypted. */
const ENCODED_FAILURES = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/**
 * How every client and worker turns values into what Temporal keeps. Encrypted first and then taken out of the history,
 * so that blobs are encrypted too. With keys the failures' messages are encrypted as well; a workflow bundle made
 * beforehand must then be made with the same `failureConverterPath`.
 */
export function createDataConverter({ storeUrl, keys }: PayloadConfig): DataConverter {
  return {
    payloadCodecs: [createEncryption(keys), createClaimCheck(openBlobStore(storeUrl))],
    ...(keys.length > 0 && { failureConverterPath: ENCODED_FAILURES }),
  };
}

/**
 * Has a value kept as it will be when it is sent, before it is: what cannot be kept at that moment fails whoever sends
 * it. One that is kept already, which is known by its bytes, is not kept twice.
 *
 * @throws BatonError `NetworkError` while the store of large payloads is down
 */
export async function keepPayload({ payloadCodecs = [] }: DataConverter, value: unknown): Promise<void> {
  let payloads = [defaultPayloadConverter.toPayload(value)];
  for (const codec of payloadCodecs) payloads = await codec.encode(payloads);
}
