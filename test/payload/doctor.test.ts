import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkPayloads } from '../../src/cli/doctor/check-payloads.ts';
import { loadConfig } from '../../src/config.ts';
import { startS3Server } from '../support/s3-server.ts';

let s3: Awaited<ReturnType<typeof startS3Server>>;
beforeAll(async () => {
  s3 = await startS3Server();
});
afterAll(() => s3.stop());

const look = (env: Record<string, string>) => checkPayloads(loadConfig({ BATON_DATA_DIR: '/data', ...env }));

test('a folder is well for one machine', async () => {
  expect(await look({})).toMatchObject({ state: 'ok', found: 'file:/data/blobs, not encrypted' });
});

test('a folder beside a log of many machines is told, with what to set', async () => {
  const { state, remedy } = await look({ BATON_LOG: 'redis://somewhere' });
  expect([state, remedy]).toEqual(['slow', expect.stringContaining('BATON_STORE')]);
});

test('a bucket is tried by writing and reading', async () => {
  expect(await look({ BATON_STORE: s3.url })).toMatchObject({ state: 'ok' });
  expect(s3.objects()).toHaveLength(1);
  const missing = await look({ BATON_STORE: s3.urlOf('no-such-bucket') });
  expect(missing).toMatchObject({ state: 'bad', found: expect.stringContaining('no-such-bucket') });
});
