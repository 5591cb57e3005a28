import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
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

test('a log of schema version 2, which kept no ends, says how its runs ended and keeps what comes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-log-'));
  const path = join(folder, 'events.sqlite');
  const before = await openStore({ url: `sqlite:${path}` });
  const failed = { status: 'failed', summary: '', execution_time_ms: 1 };
  const [ended, open] = ['ended', 'open'].map((run_id) => newEvent('run_started', { run_id }));
  const end = newEvent('run_failed', { run_id: 'ended', payload: failed });
  await before.log.append([
    ended,
    open,
    newEvent('agent_thinking', { run_id: 'ended', at: end.at }),
    end,
  ] as NewEvent[]);
  await before.close();
  const file = new DatabaseSync(path);
  // What version 3 added.
  file.exec('DROP TABLE run_ends; DROP TABLE attempts; DROP TABLE effect_openings; PRAGMA user_version = 2');
  file.close();
  const { log, close } = await openStore({ url: `sqlite:${path}` });
  const workflowIds = [end.workflow_id, (open as NewEvent).workflow_id];
  expect(await log.standings({ userId: 'u1', workflowIds })).toEqual(
    new Map([
      [end.workflow_id, { ending: { status: 'failed', endedAt: end.at, generation: 0 } }],
      [workflowIds[1], { ending: null }],
    ]),
  );
  expect(await log.outcome({ userId: 'u1', workflowId: end.workflow_id })).toBeUndefined();
  const next = newEvent('run_completed', { run_id: 'open' });
  const outcome = {
    run_id: 'open',
    workflow_id: next.workflow_id,
    workflow: 'w',
    status: 'completed',
    agents: [],
  } as const;
  await log.append([next], { outcome: { ...outcome, agents: [] } });
  expect(await log.outcome({ userId: 'u1', workflowId: next.workflow_id })).toEqual(outcome);
  await close();
  await rm(folder, { recursive: true });
});
