import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defaultPayloadConverter, type DataConverter } from '@temporalio/common';
import { BatonError } from '../contracts/baton-error.ts';
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
 * so that blobs are encrypted too. With keys the failures' messages are encrypted as well, in workflows by a converter that
 * goes into their bundle.
 */
export function createDataConverter({ storeUrl, keys }: PayloadConfig): DataConverter {
  return {
    payloadCodecs: [createEncryption(keys), createClaimCheck(openBlobStore(storeUrl))],
    ...(keys.length > 0 && { failureConverterPath: ENCODED_FAILURES }),
  };
}

/**
 * Refuses a bundle of workflows that would write what they throw in plain text beside values that are encrypted. Only
 * Baton's own converter can be looked for.
 *
 * @throws BatonError `InvalidInput` with code `readable_failures`
 */
export async function refuseReadableFailures(
  { failureConverterPath }: DataConverter,
  bundle: { code: string } | { codePath: string },
): Promise<void> {
  if (failureConverterPath !== ENCODED_FAILURES) return;
  // Loaded here only: a client that somebody has bundled into one file has no such module beside it.
  const { mark } = createRequire(import.meta.url)(ENCODED_FAILURES) as { mark: string };
  const code = 'code' in bundle ? bundle.code : await readFile(bundle.codePath, 'utf8');
  if (code.includes(mark)) return;
  const what = 'BATON_PAYLOAD_KEYS is set, but the workflow bundle would leave what workflows throw in plain text';
  const remedy =
    'let createWorker bundle the workflows, or bundle them with the failureConverterPath of its dataConverter';
  throw new BatonError('InvalidInput', `${what}: ${remedy}`, { code: 'readable_failures' });
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
