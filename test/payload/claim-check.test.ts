import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { BlobStore } from '../../src/payload/blob-store.ts';
import { createClaimCheck } from '../../src/payload/claim-check.ts';

function memoryStore() {
  const blobs = new Map<string, Uint8Array>();
  const store: BlobStore = {
    name: 'memory',
    put: async (sha256, bytes) => void blobs.set(sha256, bytes),
    get: async (sha256) => blobs.get(sha256),
  };
  return { store, blobs };
}

/** A payload whose data has exactly so many bytes. */
const ofSize = (bytes: number): Payload => defaultPayloadConverter.toPayload('x'.repeat(bytes - 2));
const encodingOf = ({ metadata }: Payload = {}) => Buffer.from(metadata?.encoding ?? []).toString();

test('leaves 16 kB in the history and takes out one byte more; both come back as they were', async () => {
  const { store, blobs } = memoryStore();
  const codec = createClaimCheck(store);
  const payloads = [ofSize(16_384), ofSize(16_385)];
  const encoded = await codec.encode(payloads);
  expect(encoded[0]).toBe(payloads[0]);
  expect(encodingOf(encoded[1])).toBe('json/claim-check');
  expect(encoded[1]?.data?.length).toBeLessThan(200);
  expect(blobs.size).toBe(1);
  const decoded = await codec.decode(encoded);
  expect(decoded.map((payload) => defaultPayloadConverter.fromPayload(payload))).toEqual(
    payloads.map((payload) => defaultPayloadConverter.fromPayload(payload)),
  );
});

test('names a blob by the SHA-256 of the JSON, so that anybody can read and check it', async () => {
  const { store, blobs } = memoryStore();
  await createClaimCheck(store).encode([ofSize(20_000), ofSize(20_000)]);
  const [[key, bytes] = ['', new Uint8Array()], ...more] = blobs;
  expect(more).toEqual([]);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(key);
  expect(JSON.parse(Buffer.from(bytes).toString())).toBe('x'.repeat(19_998));
});

test('gives the same reference for the same payload every time', async () => {
  const { store } = memoryStore();
  const [first, second] = [
    await createClaimCheck(store).encode([ofSize(20_000)]),
    await createClaimCheck(store).encode([ofSize(20_000)]),
  ];
  expect(first).toEqual(second);
});

test('says which payload is missing or damaged, where, and what to look at', async () => {
  const { store, blobs } = memoryStore();
  const codec = createClaimCheck(store);
  const encoded = await codec.encode([ofSize(20_000)]);
  const [key = ''] = blobs.keys();
  blobs.set(key, Buffer.from('other bytes'));
  await expect(codec.decode(encoded)).rejects.toThrow(`payload ${key} in memory is damaged`);
  blobs.delete(key);
  await expect(codec.decode(encoded)).rejects.toThrow(new RegExp(`payload ${key} .* is not in memory: .*BATON_STORE`));
});

test('while the store is down, keeps what is small enough in the history and refuses the rest', async () => {
  let isDown = true;
  const { store } = memoryStore();
  const warned: string[] = [];
  const failing: BlobStore = {
    ...store,
    put: (...blob) => (isDown ? Promise.reject(new Error('the store is down')) : store.put(...blob)),
  };
  const codec = createClaimCheck(failing, { warn: (message) => warned.push(message) });
  const small = ofSize(90_000);
  expect((await codec.encode([small, small]))[0]).toBe(small);
  await expect(codec.encode([ofSize(110_000)])).rejects.toThrow('the store is down');
  isDown = false;
  expect(encodingOf((await codec.encode([small]))[0])).toBe('json/claim-check');
  expect(warned).toEqual([expect.stringContaining('the store is down')]);
});
