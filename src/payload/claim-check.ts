import { createHash } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { z } from 'zod';
import { BatonError } from '../contracts/baton-error.ts';
import type { BlobStore } from './blob-store.ts';

/** Larger payloads go to the store, in bytes. */
export const MAX_INLINE_BYTES = 16_384;

/**
 * While the store cannot be written, payloads up to this many bytes stay in the history. The end of an attempt that
 * carries the events of a log that is down fits in: failing to report it would end the whole worker.
 */
const MAX_INLINE_WITHOUT_STORE = 100_000;

const ENCODING = 'json/claim-check';

/** What is in the history instead of the payload. */
const claimSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int(),
  /** The payload's own metadata, each value in base64. */
  metadata: z.record(z.string(), z.string()),
});
type Claim = z.infer<typeof claimSchema>;

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function mapValues<From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function claimOf({ metadata, data }: Payload): Claim | undefined {
  const encoding = metadata?.encoding;
  if (!encoding || Buffer.from(encoding).toString() !== ENCODING) return undefined;
  const parsed = claimSchema.safeParse(JSON.parse(Buffer.from(data ?? []).toString()));
  if (parsed.success) return parsed.data;
  throw new BatonError('InvalidInput', `a claim check in the history is malformed: ${z.prettifyError(parsed.error)}`);
}

/** Keeps large payloads in a store and puts into the history what finds them again: their SHA-256. */
export function createClaimCheck(
  store: BlobStore,
  { warn = (message: string): unknown => process.emitWarning(message) } = {},
): PayloadCodec {
  let isDown = false;

  async function kept(sha256: string, data: Uint8Array): Promise<boolean> {
    try {
      await store.put(sha256, data);
      isDown = false;
      return true;
    } catch (error) {
      if (data.length > MAX_INLINE_WITHOUT_STORE) throw error;
      if (!isDown) warn(`${(error as Error).message}; small payloads stay in the history until it can`);
      isDown = true;
      return false;
    }
  }

  async function checkIn(payload: Payload): Promise<Payload> {
    const { data, metadata } = payload;
    if (!data || data.length <= MAX_INLINE_BYTES) return payload;
    const sha256 = sha256Of(data);
    if (!(await kept(sha256, data))) return payload;
    const own = mapValues(metadata ?? {}, (value) => Buffer.from(value).toString('base64'));
    const claim: Claim = { sha256, bytes: data.length, metadata: own };
    return { metadata: { encoding: Buffer.from(ENCODING) }, data: Buffer.from(JSON.stringify(claim)) };
  }

  async function checkOut(payload: Payload): Promise<Payload> {
    const claim = claimOf(payload);
    if (!claim) return payload;
    const { sha256, bytes, metadata } = claim;
    const data = await store.get(sha256);
    if (!data) {
      const why = `it was deleted, or BATON_STORE of this process is not that of the process that wrote it`;
      throw new BatonError('InvalidInput', `payload ${sha256} (${bytes} bytes) is not in ${store.name}: ${why}`);
    }
    if (data.length !== bytes || sha256Of(data) !== sha256) {
      throw new BatonError('InvalidInput', `payload ${sha256} in ${store.name} is damaged: restore it from a backup`);
    }
    return { metadata: mapValues(metadata, (value) => Buffer.from(value, 'base64')), data };
  }

  return {
    encode: (payloads) => Promise.all(payloads.map(checkIn)),
    decode: (payloads) => Promise.all(payloads.map(checkOut)),
  };
}
