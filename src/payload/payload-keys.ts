import { createSecretKey, type KeyObject } from 'node:crypto';
import { BatonError } from '../contracts/baton-error.ts';

/** A key of AES-256. Key objects show nothing of themselves when they are logged. */
export type PayloadKey = { id: string; key: KeyObject };

const KEY_BYTES = 32;

/**
 * Reads `id:base64key,id2:…`. The first key encrypts, all decrypt.
 *
 * @throws BatonError `InvalidInput` that says which entry is wrong, without showing a key
 */
export function payloadKeys(text: string): PayloadKey[] {
  const entries = text.split(',').flatMap((entry) => entry.trim() || []);
  const keys = entries.map((entry, index) => {
    const [, id, base64] = /^([A-Za-z0-9_.-]{1,64}):([A-Za-z0-9+/]+={0,2})$/.exec(entry) ?? [];
    if (id === undefined || base64 === undefined) {
      throw new BatonError('InvalidInput', `key ${index + 1} must be an id and a key in base64: ID:KEY`);
    }
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length !== KEY_BYTES) {
      const how = 'make one by: openssl rand -base64 32';
      throw new BatonError('InvalidInput', `key "${id}" has ${bytes.length} bytes, not ${KEY_BYTES}; ${how}`);
    }
    return { id, key: createSecretKey(bytes) };
  });
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) < index);
  if (twice) throw new BatonError('InvalidInput', `key "${twice.id}" is there twice`);
  return keys;
}
