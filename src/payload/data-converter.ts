import type { DataConverter } from '@temporalio/common';
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

/**
 * How every client and worker turns values into what Temporal keeps. Encrypted first and then taken out of the history,
 * so that blobs are encrypted too.
 */
export function createDataConverter({ storeUrl, keys }: PayloadConfig): DataConverter {
  return { payloadCodecs: [createEncryption(keys), createClaimCheck(openBlobStore(storeUrl))] };
}
