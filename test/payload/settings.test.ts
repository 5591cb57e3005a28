import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';

const KEY = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=';

test('payloads go to the data folder and are not encrypted by default', () => {
  expect(loadConfig({ BATON_DATA_DIR: '/data' }).payloads).toEqual({ storeUrl: 'file:/data/blobs', keys: [] });
});

test('folders are within the data folder unless they are absolute', () => {
  const of = (BATON_STORE: string) => loadConfig({ BATON_DATA_DIR: '/data', BATON_STORE }).payloads.storeUrl;
  expect([of('file:own'), of('file:/else')]).toEqual(['file:/data/own', 'file:/else']);
});

test('keys are read in their order', () => {
  const { keys } = loadConfig({ BATON_PAYLOAD_KEYS: `new:${KEY}, old:${KEY}` }).payloads;
  expect(keys.map(({ id }) => id)).toEqual(['new', 'old']);
});

test.each([
  ['BATON_STORE', 'ftp://host', 'must begin with file: or s3://'],
  ['BATON_STORE', 's3://', 'names no bucket'],
  ['BATON_STORE', 's3://bucket/prefix?endpiont=http://host', 'unknown parameter "endpiont"'],
  ['BATON_STORE', 's3://bucket/prefix?endpoint=host:9000', 'must be an http(s) URL'],
  ['BATON_STORE', 's3://me:s3cr3t@bucket/prefix', 'must not hold credentials'],
  ['BATON_STORE', 's3://bucket/prefix?endpoint=http://me:s3cr3t@host', 'without credentials'],
  ['BATON_PAYLOAD_KEYS', `s3cr3t`, 'key 1 must be'],
  ['BATON_PAYLOAD_KEYS', `k1:${KEY},k2:s3cr3t`, 'key "k2" has'],
])('%s=%s is refused by name, without its secret', (name, value, message) => {
  const load = () => loadConfig({ [name]: value });
  expect(load).toThrow(name);
  expect(load).toThrow(message);
  expect(load).not.toThrow(/s3cr3t|QUJD/);
});
