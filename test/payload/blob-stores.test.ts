import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { createS3Blobs } from '../../src/payload/s3-blobs.ts';
import { openBlobStore } from '../../src/payload/open-blob-store.ts';
import { faultTest } from '../support/fault-test.ts';
import { startS3Server } from '../support/s3-server.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytes = Buffer.alloc(300_000, 'many bytes ');
const key = sha256(bytes);

let folder: string;
let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-blobs-'));
  s3 = await startS3Server();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await s3.stop();
});

const files = () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

describe.each([
  { kind: 'file', url: () => `file:${folder}`, kept: () => files().map(({ name }) => name) },
  { kind: 's3', url: () => s3.url, kept: () => s3.objects() },
])('a $kind store', ({ url, kept }) => {
  test('gives back what was put, also to another process, and keeps the same bytes once', async () => {
    const store = openBlobStore(url());
    await Promise.all([store.put(key, bytes), store.put(key, bytes), openBlobStore(url()).put(key, bytes)]);
    expect(Buffer.from((await openBlobStore(url()).get(key)) ?? []).equals(bytes)).toBe(true);
    expect(kept().filter((name) => name.includes(key))).toHaveLength(1);
    expect(kept().filter((name) => name.includes('tmp'))).toEqual([]);
  });

  test('has nothing under a name that was not put', async () => {
    expect(await openBlobStore(url()).get(sha256(Buffer.from('nothing')))).toBeUndefined();
  });
});

describe('a file store', () => {
  const path = () => join(folder, key.slice(0, 2), key);

  test('writes a file anew that a loss of power cut off', async () => {
    truncateSync(path(), 10);
    await openBlobStore(`file:${folder}`).put(key, bytes);
    expect(statSync(path()).size).toBe(bytes.length);
  });

  test('shows by its time that a blob is in use again', async () => {
    utimesSync(path(), 1, 1);
    await openBlobStore(`file:${folder}`).put(key, bytes);
    expect(statSync(path()).mtimeMs).toBeGreaterThan(1_000);
  });

  test('says which folder cannot be used, by the name of its setting', async () => {
    const blocked = join(folder, 'a-file');
    writeFileSync(blocked, '');
    const store = openBlobStore(`file:${blocked}`);
    const message = expect.stringMatching(/a-file.*BATON_STORE/);
    await expect(store.put(key, bytes)).rejects.toMatchObject({ type: 'NetworkError', message });
    await expect(store.get(key)).rejects.toMatchObject({ type: 'NetworkError', message });
  });
});

test('an S3 store names a bucket that does not exist', async () => {
  const store = openBlobStore(s3.urlOf('no-such-bucket'));
  const message = expect.stringMatching(/s3:\/\/no-such-bucket\/payloads.*bucket does not exist.*BATON_STORE/);
  await expect(store.put(key, bytes)).rejects.toMatchObject({ type: 'NetworkError', message });
  await expect(store.get(key)).rejects.toMatchObject({ type: 'NetworkError', message });
});

faultTest(
  'an S3 store that takes a request and never answers is an error in time',
  { kind: 6, before: 'the driver only warned: whoever read or wrote a large payload waited for ever.' },
  async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const store = createS3Blobs({ bucket: 'payloads', prefix: '', endpoint }, { requestTimeoutMs: 50 });
    const since = performance.now();
    const failure = store.get(key).then(
      () => 'answered',
      ({ type, message }: { type: string; message: string }) => `${type}: ${message}`,
    );
    const late = new Promise<string>((resolve) => setTimeout(resolve, 5_000, 'no answer').unref());
    const answer = await Promise.race([failure, late]);
    silent.close();
    expect(answer).toMatch(/^NetworkError: blob store s3:\/\/payloads\/ cannot be read: .*BATON_STORE/);
    return `with 50 ms for each of its attempts it is a NetworkError after ${Math.round(performance.now() - since)} ms; in use it is 10 s each.`;
  },
);
