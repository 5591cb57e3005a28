import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkMachine } from '../../src/cli/doctor/check-machine.ts';
import { checkPayloads } from '../../src/cli/doctor/check-payloads.ts';
import { loadConfig } from '../../src/config.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { newEvent } from '../notifier/events.ts';
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

test('a log is said to be encrypted or not, and what of before lies open in it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'baton-doctor-'));
  const keys = { BATON_PAYLOAD_KEYS: `k1:${randomBytes(32).toString('base64')}` };
  const logOf = async (env: Record<string, string>) => {
    const checks = await checkMachine(loadConfig({ BATON_DATA_DIR: dir, ...env }));
    return checks.find(({ name }) => name === 'event log');
  };
  async function publish(env: Record<string, string>, user_id: string) {
    const { storeUrl, payloads } = loadConfig({ BATON_DATA_DIR: dir, ...env });
    await using store = await openStore({ url: storeUrl, keys: payloads.keys });
    await store.log.publish(newEvent('agent_thinking', { user_id }));
  }
  try {
    await publish(keys, 'ann');
    expect(await logOf(keys)).toMatchObject({ state: 'ok', found: expect.stringMatching(/encrypted by key "k1"$/) });
    await publish({}, 'bob');
    expect(await logOf({})).toMatchObject({ state: 'ok', found: expect.stringMatching(/; not encrypted$/) });
    const mixed = { state: 'risk', found: expect.stringMatching(/"k1", but events of before are in plain text \(the/) };
    expect(await logOf(keys)).toMatchObject({ ...mixed, remedy: expect.stringContaining('BATON_RETENTION_DAYS') });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
