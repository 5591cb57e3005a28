import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDataConverter } from '../../src/payload/data-converter.ts';
import { payloadKeys } from '../../src/payload/payload-keys.ts';
import { serveCodec } from '../../src/payload/serve-codec.ts';

type Json = { metadata: Record<string, string>; data: string };

const base64 = (text: string) => Buffer.from(text).toString('base64');
const UI = 'http://localhost:8233';
const small: Json = { metadata: { encoding: base64('json/plain') }, data: base64('{"card":"4000"}') };
const large: Json = { metadata: { encoding: base64('json/plain') }, data: base64(JSON.stringify('x'.repeat(50_000))) };

let folder: string;
let server: Awaited<ReturnType<typeof serveCodec>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'baton-codec-'));
  const keys = payloadKeys(`k1:${randomBytes(32).toString('base64')}`);
  const { payloadCodecs: codecs = [] } = createDataConverter({ storeUrl: `file:${folder}`, keys });
  server = await serveCodec({ codecs, token: 'a-token', origins: [UI], port: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function call(path: string, body: unknown, headers: Record<string, string> = {}) {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
  return fetch(path.startsWith('http') ? path : `${server.url}${path}`, init);
}

async function payloadsOf(answer: Response): Promise<Json[]> {
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { payloads: Json[] }).payloads;
}

test("shows the UI's page what was encrypted and kept in the store", async () => {
  const encoded = await payloadsOf(await call('/encode', { payloads: [small, large] }));
  expect(encoded.map(({ metadata }) => Buffer.from(metadata.encoding ?? '', 'base64').toString())).toEqual([
    'binary/encrypted',
    'json/claim-check',
  ]);
  const answer = await call('/decode', { payloads: encoded }, { origin: UI, 'x-namespace': 'default' });
  expect(answer.headers.get('access-control-allow-origin')).toBe(UI);
  expect(await payloadsOf(answer)).toEqual([small, large]);
});

test('a payload that cannot be had says why in its place, and hides no other', async () => {
  const encoded = await payloadsOf(await call('/encode', { payloads: [small, large] }));
  rmSync(folder, { recursive: true, force: true });
  const [first, second] = await payloadsOf(await call('/decode', { payloads: encoded }));
  expect(first).toEqual(small);
  expect(Buffer.from(second?.data ?? '', 'base64').toString()).toMatch(
    /not_readable.*payload [0-9a-f]{64}.*BATON_STORE/,
  );
});

test('answers nobody without the token, and no page of another origin', async () => {
  const root = server.url.replace('/a-token', '');
  const body = { payloads: [small] };
  for (const path of ['/decode', '/wrong/decode', '/a-tokem/decode']) {
    expect((await call(`${root}${path}`, body)).status).toBe(404);
  }
  const foreign = await call('/decode', body, { origin: 'http://evil.example' });
  expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

test("lets the UI's page ask first, and no other", async () => {
  const ask = (origin: string) =>
    fetch(`${server.url}/decode`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-namespace' },
    });
  expect((await ask(UI)).headers.get('access-control-allow-origin')).toBe(UI);
  expect((await ask(UI)).headers.get('access-control-allow-headers')).toContain('x-namespace');
  expect((await ask('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});

test('refuses what is no list of payloads', async () => {
  expect((await call('/decode', { payloads: 'none' })).status).toBe(400);
});
