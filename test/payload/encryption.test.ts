import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { BlobStore } from '../../src/payload/blob-store.ts';
import { createClaimCheck } from '../../src/payload/claim-check.ts';
import { createEncryption } from '../../src/payload/encryption.ts';
import { payloadKeys } from '../../src/payload/payload-keys.ts';

const base64 = () => randomBytes(32).toString('base64');
const [key1, key2, other] = [base64(), base64(), base64()];
const codecOf = (text: string) => createEncryption(payloadKeys(text));

const secret = { card: '4000-0000-0000-0002' };
const payload = defaultPayloadConverter.toPayload(secret);
const valueOf = (one: Payload | undefined) => defaultPayloadConverter.fromPayload(one as Payload);

test('nothing of the value can be read, and it comes back as it was', async () => {
  const codec = codecOf(`k1:${key1}`);
  const encoded = await codec.encode([payload]);
  expect(Buffer.from(encoded[0]?.data ?? []).toString('latin1')).not.toContain('4000');
  expect((await codec.decode(encoded)).map(valueOf)).toEqual([secret]);
});

test('the same small value looks different every time', async () => {
  const [one, two] = await codecOf(`k1:${key1}`).encode([payload, payload]);
  expect(Buffer.from(one?.data ?? []).equals(Buffer.from(two?.data ?? []))).toBe(false);
});

test('the same large value is one encrypted blob', async () => {
  const blobs = new Map<string, Uint8Array>();
  const store: BlobStore = {
    name: 'memory',
    put: async (sha256, bytes) => void blobs.set(sha256, bytes),
    get: async (sha256) => blobs.get(sha256),
  };
  const [encryption, claimCheck] = [codecOf(`k1:${key1}`), createClaimCheck(store)];
  // From below the border on: what only encryption makes large must be one blob too.
  for (let size = 16_250; size < 16_450; size += 10) {
    const large = defaultPayloadConverter.toPayload('z'.repeat(size));
    blobs.clear();
    const encoded = await claimCheck.encode(await encryption.encode([large, large]));
    expect(blobs.size).toBeLessThanOrEqual(1);
    for (const blob of blobs.values()) expect(Buffer.from(blob).toString('latin1')).not.toContain('zzzz');
    const decoded = await encryption.decode(await claimCheck.decode(encoded));
    expect(decoded.map(valueOf)).toEqual(['z'.repeat(size), 'z'.repeat(size)]);
  }
  expect(blobs.size).toBe(1);
});

test('after a rotation the new key encrypts and the old one still decrypts', async () => {
  const old = await codecOf(`k1:${key1}`).encode([payload]);
  const rotated = codecOf(`k2:${key2},k1:${key1}`);
  const fresh = await rotated.encode([payload]);
  expect(Buffer.from(fresh[0]?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('k2');
  expect((await rotated.decode([...old, ...fresh])).map(valueOf)).toEqual([secret, secret]);
});

test('what was written before there were keys can still be read', async () => {
  expect((await codecOf(`k1:${key1}`).decode([payload])).map(valueOf)).toEqual([secret]);
});

test.each([
  ['a key of the same name and another value', `k1:${other}`, 'key "k1" of BATON_PAYLOAD_KEYS does not open'],
  ['other keys only', `k2:${key2}`, 'needs key "k1" of BATON_PAYLOAD_KEYS: it has only "k2"'],
  ['no key', '', 'needs key "k1" of BATON_PAYLOAD_KEYS: it is not set'],
])('%s is refused by name', async (_, keys, message) => {
  const encoded = await codecOf(`k1:${key1}`).encode([payload]);
  await expect(codecOf(keys).decode(encoded)).rejects.toMatchObject({
    type: 'InvalidInput',
    message: expect.stringContaining(message),
  });
});

test('a payload that was changed is refused', async () => {
  const codec = codecOf(`k1:${key1}`);
  const [encoded] = await codec.encode([payload]);
  const data = Buffer.from(encoded?.data ?? []);
  data[20] = (data[20] ?? 0) ^ 1;
  await expect(codec.decode([{ ...encoded, data }])).rejects.toThrow('was changed');
});

describe('keys', () => {
  test.each([
    ['only-an-id', 'key 1 must be an id and a key in base64'],
    [`k1:${key1},k2:!!!`, 'key 2 must be'],
    ['k1:c2hvcnQ=', 'key "k1" has 5 bytes, not 32'],
    [`k1:${key1},k1:${key2}`, 'key "k1" is there twice'],
  ])('%s is refused', (text, message) => {
    expect(() => payloadKeys(text)).toThrow(message);
  });

  test('show nothing of themselves when they are logged', () => {
    const shown = inspect(payloadKeys(`k1:${key1}`), { depth: 9, showHidden: true });
    const hex = Buffer.from(key1, 'base64').toString('hex');
    expect(shown).not.toContain(key1);
    expect(shown).not.toContain(hex.slice(0, 12));
  });
});
