import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { checkDurability } from '../../src/cli/doctor/check-durability.ts';
import { failoverOf, restartOf, type RedisSettings } from '../../src/cli/doctor/redis-durability.ts';
import { loadConfig } from '../../src/config.ts';
import { startRedisServer } from '../support/redis-server.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'baton-durability-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const linesOf = (log: string, more: Record<string, string> = {}) =>
  checkDurability(loadConfig({ BATON_DATA_DIR: dataDir, BATON_LOG: log, ...more }));

test('doctor says what the log keeps, by what it finds there', async () => {
  const [normal] = await linesOf('sqlite:');
  expect(normal).toMatchObject({ state: 'ok', found: expect.stringMatching(/power loss may cost.*BATON_FSYNC=full/) });
  const [full] = await linesOf('sqlite:', { BATON_FSYNC: 'full' });
  expect(full?.found).toMatch(/survives kill -9 and a power loss/);
  const server = await startRedisServer();
  const admin = new Redis(server.url);
  try {
    const [always, alone] = await linesOf(server.url);
    expect(always).toMatchObject({ state: 'ok', found: expect.stringMatching(/standalone, AOF, appendfsync always/) });
    expect(alone?.found).toMatch(/no replica/);
    await admin.config('SET', 'appendfsync', 'everysec');
    const [everysec] = await linesOf(server.url);
    expect(everysec).toMatchObject({
      state: 'risk',
      found: expect.stringMatching(/the last second or two/),
      remedy: expect.stringContaining('appendfsync always'),
    });
    await admin.config('SET', 'appendonly', 'no');
    const [memory] = await linesOf(server.url);
    expect(memory).toMatchObject({ state: 'risk', found: expect.stringMatching(/no AOF.*a restart loses everything/) });
  } finally {
    admin.disconnect();
    await server.stop();
  }
});

const SETTINGS: RedisSettings = {
  version: '7.4.1',
  mode: 'sentinel',
  isAofOn: true,
  appendfsync: undefined,
  replicas: 2,
  minReplicasToWrite: 0,
  maxmemoryPolicy: 'noeviction',
};

test('what a replica promises depends on the version, and a master that may be cut off is a risk', () => {
  expect(failoverOf(SETTINGS)).toMatchObject({
    state: 'risk',
    remedy: expect.stringContaining('min-replicas-to-write 1'),
  });
  expect(failoverOf({ ...SETTINGS, minReplicasToWrite: 1 })).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/on its disk \(WAITAOF\)/),
  });
  expect(failoverOf({ ...SETTINGS, version: '7.0.15' }).found).toMatch(/in its memory \(WAIT\)/);
  expect(restartOf(SETTINGS)).toMatchObject({ state: 'risk', found: expect.stringMatching(/appendfsync not told/) });
});
