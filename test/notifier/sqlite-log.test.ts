import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openStore } from '../../src/notifier/open-store.ts';
import { newEvent } from './events.ts';
import { eventLogSuite } from './event-log-suite.ts';

eventLogSuite('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-log-'));
  const url = `sqlite:${join(folder, 'events.sqlite')}`;
  return {
    async open() {
      const { log, close } = await openStore({ url });
      return { ...log, close };
    },
    remove: () => rm(folder, { recursive: true }),
  };
});

test('a copy that is put in the place of the log has an epoch of its own, a log that is only opened again has not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-log-'));
  const path = join(folder, 'events.sqlite');
  async function inLog<T>(work: (log: Awaited<ReturnType<typeof openStore>>['log']) => Promise<T>): Promise<T> {
    const { log, close } = await openStore({ url: `sqlite:${path}` });
    try {
      return await work(log);
    } finally {
      await close();
    }
  }
  const publish = () => inLog((log) => log.publish(newEvent('agent_thinking')));
  const position = () => inLog((log) => log.head({ userId: 'u1' }));
  await publish();
  await copyFile(path, `${path}.backup`);
  await publish();
  const before = await position();
  expect(await position()).toEqual(before);
  await rename(`${path}.backup`, path);
  await publish();
  const after = await position();
  expect(after.head).toBe(before.head);
  expect(after.epoch).not.toBe(before.epoch);
  await inLog(async (log) => {
    const followed = log.follow({ userId: 'u1', after: before.head, epoch: before.epoch });
    await expect(followed.next()).rejects.toMatchObject({ reason: 'log_changed' });
  });
  await rm(folder, { recursive: true });
});
