import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { BatonError } from '../contracts/baton-error.ts';
import type { PayloadKey } from './payload-keys.ts';

export const CIPHER = 'aes-256-gcm';
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** Of what BATON_PAYLOAD_KEYS of a process does not open: nothing that whoever asks for the value could mend. */
export const KEY_MISSING = 'payload_key_missing';

/** Begins a sealed text, and with the id of its key, which has no colon, ends before its base64. */
const TEXT_MARK = 'sealed:';

/** Begins sealed bytes; the length of the key's id, the id, nonce, cipher text and tag follow. */
const BYTES_MARK = Buffer.from('\0BATON1', 'latin1');

/** Bytes under a key: nonce, cipher text, tag. The key's id is authenticated with them. */
export function encryptBytes(
  { id, key }: PayloadKey,
  plain: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(id));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * What `encryptBytes` made of it, as it was. `what` names it in errors, with its article.
 *
 * @throws BatonError `InvalidInput` with code `payload_key_missing`, naming the key
 */
export function decryptBytes({ id, key }: PayloadKey, data: Buffer, what: string): Buffer {
  try {
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(id)).setAuthTag(data.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    const why = 'it is not the key that encrypted it, or the value was changed';
    const message = `key "${id}" of BATON_PAYLOAD_KEYS does not open ${what}: ${why}`;
    throw new BatonError('InvalidInput', message, { code: KEY_MISSING, cause });
  }
}

/**
 * The key of this id.
 *
 * @throws BatonError `InvalidInput` with code `payload_key_missing`, naming the key and those that there are
 */
export function keyOf(keys: readonly PayloadKey[], id: string, what: string): PayloadKey {
  const key = keys.find((known) => known.id === id);
  if (key) return key;
  const known = keys.length > 0 ? `it has only ${keys.map((one) => `"${one.id}"`).join(', ')}` : 'it is not set';
  const message = `${what} needs key "${id}" of BATON_PAYLOAD_KEYS: ${known}`;
  throw new BatonError('InvalidInput', message, { code: KEY_MISSING });
}

/** Encrypts what is kept outside Temporal. Without keys nothing is sealed; what was kept before there were keys stays as it is. */
export type Seal = {
  /** Whether this process seals what it keeps from now on. */
  isOn: boolean;
  /** A JSON text, sealed; one that is sealed already stays so, under the key that it has. */
  seal(text: string): string;
  /** A text as it was, whether it was sealed or not. */
  open(text: string): string;
  sealBytes(bytes: Uint8Array): Uint8Array;
  openBytes(bytes: Uint8Array): Uint8Array;
};

const VALUE = 'a value of the store';

export const isSealed = (text: unknown): text is string => typeof text === 'string' && text.startsWith(TEXT_MARK);

/** The first key seals, all open; every sealed value names its key, so that keys may change. */
export function createSeal(keys: readonly PayloadKey[]): Seal {
  const [first] = keys;

  function open(text: string): string {
    if (!isSealed(text)) return text;
    const end = text.indexOf(':', TEXT_MARK.length);
    const key = keyOf(keys, text.slice(TEXT_MARK.length, end), VALUE);
    return decryptBytes(key, Buffer.from(text.slice(end + 1), 'base64'), VALUE).toString();
  }

  function openBytes(bytes: Uint8Array): Uint8Array {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!data.subarray(0, BYTES_MARK.length).equals(BYTES_MARK)) return bytes;
    const from = BYTES_MARK.length + 1;
    const end = from + (data[BYTES_MARK.length] ?? 0);
    return decryptBytes(keyOf(keys, data.subarray(from, end).toString(), VALUE), data.subarray(end), VALUE);
  }

  return {
    isOn: first !== undefined,
    seal: (text) =>
      !first || isSealed(text)
        ? text
        : `${TEXT_MARK}${first.id}:${encryptBytes(first, Buffer.from(text)).toString('base64')}`,
    open,
    sealBytes(bytes) {
      if (!first) return bytes;
      const id = Buffer.from(first.id);
      return Buffer.concat([BYTES_MARK, Buffer.of(id.length), id, encryptBytes(first, bytes)]);
    },
    openBytes,
  };
}
