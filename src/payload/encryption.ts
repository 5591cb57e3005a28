import { createHmac, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { MAX_INLINE_BYTES } from './claim-check.ts';
import type { PayloadKey } from './payload-keys.ts';
import { decryptBytes, encryptBytes, keyOf, NONCE_BYTES, TAG_BYTES } from './seal.ts';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const LENGTH_BYTES = 4;

/** A payload as one piece: length of its metadata, the metadata as JSON with values in base64, the data. */
function pack({ metadata, data }: Payload): Buffer {
  const entries = Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const head = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, data ?? new Uint8Array()]);
}

function unpack(packed: Buffer): Payload {
  const end = LENGTH_BYTES + packed.readUInt32BE(0);
  const head = JSON.parse(packed.subarray(LENGTH_BYTES, end).toString()) as Record<string, string>;
  const entries = Object.entries(head).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(entries) as Payload['metadata'], data: packed.subarray(end) };
}

type Sealer = PayloadKey & { nonceKey: KeyObject | Buffer };

/**
 * Small payloads get a nonce by chance. What goes to the blob store gets one that follows from its content, so that the
 * same payload is the same blob: all that this gives away is which large payloads are equal.
 */
function nonceOf({ nonceKey }: Sealer, packed: Buffer): Buffer {
  const isSmall = packed.length + NONCE_BYTES + TAG_BYTES <= MAX_INLINE_BYTES;
  if (isSmall) return randomBytes(NONCE_BYTES);
  return createHmac('sha256', nonceKey).update(packed).digest().subarray(0, NONCE_BYTES);
}

function seal(sealer: Sealer, payload: Payload): Payload {
  const packed = pack(payload);
  const data = encryptBytes(sealer, packed, nonceOf(sealer, packed));
  return { metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(sealer.id) }, data };
}

/** Encrypts payloads by AES-256-GCM: the first key encrypts, all decrypt. Without a key nothing is encrypted. */
export function createEncryption(keys: readonly PayloadKey[]): PayloadCodec {
  const [first] = keys;
  const nonceKey = first && Buffer.from(hkdfSync('sha256', first.key, '', 'baton payload nonce', 32));
  const sealer = first && nonceKey && { ...first, nonceKey };

  function decrypt(payload: Payload): Payload {
    const { metadata = {}, data } = payload;
    const textOf = (name: string) => Buffer.from(metadata?.[name] ?? []).toString();
    if (textOf('encoding') !== ENCODING) return payload;
    const id = textOf(KEY_ID);
    return unpack(decryptBytes(keyOf(keys, id, 'a payload'), Buffer.from(data ?? []), 'a payload'));
  }

  return {
    encode: async (payloads) => (sealer ? payloads.map((payload) => seal(sealer, payload)) : payloads),
    decode: async (payloads) => payloads.map(decrypt),
  };
}
