import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { NewEvent } from '../../src/contracts/event.ts';
import { createSqliteLog } from '../../src/notifier/sqlite-log.ts';
import { LOG_TABLES } from '../../src/notifier/sqlite-log-tables.ts';
import { openSqliteFile } from '../../src/notifier/sqlite-file.ts';
import { withOutbox } from '../../src/notifier/outbox.ts';
import { faultTest } from '../support/fault-test.ts';
import { within } from '../support/within.ts';
import { newEvent } from './events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-outbox-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A real log whose file another connection can lock, so that it refuses every event. */
async function openLog({ busyTimeoutMs = 30 } = {}) {
  const path = join(folder, 'events.sqlite');
  const file = openSqliteFile({ path, tables: [LOG_TABLES], busyTimeoutMs });
  const log = await createSqliteLog(file);
  const other = new DatabaseSync(path);
  return {
    log,
    lock: () => other.exec('BEGIN IMMEDIATE'),
    unlock: () => other.exec('ROLLBACK'),
    ids: async () => (await log.read({ userId: 'u1', after: 0, limit: 10_000 })).map(({ id }) => id),
    async close() {
      await log.close();
      file.db.close();
      other.close();
    },
  };
}

const thoughts = (count: number): NewEvent[] => Array.from({ length: count }, () => newEvent('agent_thinking'));
const idsOf = (events: NewEvent[]) => events.map(({ id }) => id);

test('nothing is missing and in order after the log was down, and no publisher was failed', async () => {
  const { log, lock, unlock, ids, close } = await openLog();
  const outbox = withOutbox(log, { folder: join(folder, 'outbox'), maxInMemory: 5, retryMs: 5 });
  const events = thoughts(30);
  for (const event of events.slice(0, 10)) await outbox.publish(event);
  lock();
  for (const event of events.slice(10, 25)) await outbox.publish(event);
  expect(idsOf(events.filter(({ id }) => outbox.holds(id)))).toEqual(idsOf(events.slice(10, 25)));
  unlock();
  for (const event of events.slice(25)) await outbox.publish(event);
  await outbox.delivered();
  expect(await ids()).toEqual(idsOf(events));
  expect(events.some(({ id }) => outbox.holds(id))).toBe(false);
  await outbox.close();
  await close();
});

test('a log that does not answer holds no publisher up, and gets each event once in the end', async () => {
  const { log, lock, unlock, ids, close } = await openLog({ busyTimeoutMs: 60_000 });
  const outbox = withOutbox(log, { folder: join(folder, 'outbox'), patienceMs: 10 });
  const events = thoughts(3);
  lock();
  for (const event of events) await outbox.publish(event);
  expect(events.every(({ id }) => outbox.holds(id))).toBe(true);
  unlock();
  await outbox.delivered();
  expect(await ids()).toEqual(idsOf(events));
  await outbox.close();
  await close();
});

test('what must be in the log at once takes along what waits of its run, or is refused', async () => {
  const { log, lock, unlock, ids, close } = await openLog();
  // So long until it tries again by itself that only the delivery can have done it.
  const outbox = withOutbox(log, { folder: join(folder, 'outbox'), retryMs: 60_000 });
  const [thought, end] = [newEvent('agent_thinking'), newEvent('run_completed')];
  lock();
  await outbox.publish(thought);
  await expect(outbox.deliver([end])).rejects.toThrow('locked by another process');
  unlock();
  await outbox.deliver([end]);
  expect(await ids()).toEqual([thought.id, end.id]);
  await outbox.close();
  await close();
});

test('the end of a run comes behind what waits of it, with its outcome, or is refused', async () => {
  const { log, lock, unlock, ids, close } = await openLog();
  const outbox = withOutbox(log, { folder: join(folder, 'outbox'), maxInMemory: 2, retryMs: 60_000 });
  const [thought, end] = [newEvent('agent_thinking'), newEvent('run_completed')];
  const outcome = {
    run_id: 'r1',
    workflow_id: end.workflow_id,
    workflow: 'w',
    status: 'completed' as const,
    agents: [],
  };
  lock();
  await outbox.publish(thought);
  await expect(outbox.end([end], outcome)).rejects.toThrow('locked by another process');
  unlock();
  await outbox.end([end], outcome);
  expect(await ids()).toEqual([thought.id, end.id]);
  expect(await log.outcome({ userId: 'u1', workflowId: end.workflow_id })).toEqual(outcome);
  await outbox.close();
  await close();
});

test('the end of a run is refused while the spool file may hold events of it', async () => {
  const { log, lock, unlock, ids, close } = await openLog();
  const outbox = withOutbox(log, { folder: join(folder, 'outbox'), maxInMemory: 1, retryMs: 5 });
  const events = thoughts(3);
  const end = newEvent('run_completed');
  lock();
  for (const event of events) await outbox.publish(event);
  await expect(outbox.end([end])).rejects.toThrow('events wait in the spool file');
  unlock();
  await outbox.delivered();
  await outbox.end([end]);
  expect(await ids()).toEqual(idsOf([...events, end]));
  await outbox.close();
  await close();
});

test('what waits in memory when it closes goes to its file, for the next process on the disk', async () => {
  const { log, lock, unlock, ids, close } = await openLog();
  const spool = join(folder, 'outbox');
  const events = thoughts(10);
  lock();
  const outbox = withOutbox(log, { folder: spool, maxInMemory: 3, retryMs: 5 });
  for (const event of events) await outbox.publish(event);
  await outbox.close();
  unlock();
  const [left] = readdirSync(spool);
  // Its process is gone: no process has a number above the system's highest.
  renameSync(join(spool, left as string), join(spool, '99999999.1-gone-1.jsonl'));
  const next = withOutbox(log, { folder: spool, retryMs: 5 });
  await next.delivered();
  expect((await ids()).toSorted()).toEqual(idsOf(events).toSorted());
  expect(readdirSync(spool)).toEqual([]);
  await next.close();
  await close();
});

/** Has a process of its own write to its spool; gives the name of the file. */
async function leaveBehind(spool: string, events: NewEvent[]): Promise<{ name: string; kill(): Promise<void> }> {
  const { href } = new URL('../../src/notifier/spool-file.ts', import.meta.url);
  const code = `import { openSpool } from '${href}';
    openSpool(process.argv[1]).write(JSON.parse(process.argv[2]));
    process.stdout.write('ready');
    setInterval(() => undefined, 1_000);`;
  const args = ['--no-warnings', '--input-type=module', '--eval', code, spool, JSON.stringify(events)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  const name = readdirSync(spool).find((each) => each.startsWith(`${child.pid}.`)) as string;
  return {
    name,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('what a process left behind is delivered by the next one on the disk', () => {
  test.each<[string, number | undefined]>([
    ['its number is free', undefined],
    ['the next one has its number, as in a container', process.pid],
    ['another one has its number, which is alive', process.ppid],
  ])('%s', async (_what, pid) => {
    const { log, ids, close } = await openLog();
    const spool = join(folder, 'outbox');
    const events = thoughts(10);
    const { name, kill } = await leaveBehind(spool, events);
    await kill();
    if (pid) renameSync(join(spool, name), join(spool, name.replace(/^\d+/, String(pid))));
    const next = withOutbox(log, { folder: spool, retryMs: 5 });
    await next.delivered();
    expect(await ids()).toEqual(idsOf(events));
    expect(readdirSync(spool)).toEqual([]);
    await next.close();
    await close();
  });
});

test('what a process that is alive has in its spool is left to it, also if it is this one', async () => {
  const { log, lock, unlock, ids, close } = await openLog();
  const spool = join(folder, 'outbox');
  const other = await leaveBehind(spool, thoughts(1));
  const events = thoughts(3);
  lock();
  const outbox = withOutbox(log, { folder: spool, maxInMemory: 1, retryMs: 5 });
  for (const event of events) await outbox.publish(event);
  const names = readdirSync(spool).toSorted();
  const next = withOutbox(log, { folder: spool, retryMs: 5 });
  expect(readdirSync(spool).toSorted()).toEqual(names);
  unlock();
  await outbox.delivered();
  expect(await ids()).toEqual(idsOf(events));
  expect(readdirSync(spool)).toEqual([other.name]);
  await next.close();
  await outbox.close();
  await other.kill();
  await close();
});

test('past its bounds it drops thoughts, keeps the lifecycle, and says how many were dropped', async () => {
  const { log, lock, unlock, close } = await openLog();
  const outbox = withOutbox(log, { folder: join(folder, 'outbox'), maxInMemory: 1, maxSpoolBytes: 2_000, retryMs: 5 });
  lock();
  for (const event of thoughts(10)) await outbox.publish(event);
  await outbox.publish(newEvent('agent_completed'));
  unlock();
  await outbox.delivered();
  const events = await log.read({ userId: 'u1', after: 0, limit: 100 });
  const told = events.filter(({ type }) => type === 'agent_thinking').length;
  expect(told).toBeLessThan(10);
  expect(events.find(({ type }) => type === 'events_dropped')?.payload).toEqual({ count: 10 - told });
  expect(events.map(({ type }) => type)).toContain('agent_completed');
  await outbox.close();
  await close();
});

faultTest(
  "lines of a spool file that are no events hold up none behind them, and others' files are left alone",
  {
    kind: 8,
    before:
      'A line such as null in a spool file stopped the outbox for good; any file in its folder was taken and deleted.',
  },
  async () => {
    const { log, ids, close } = await openLog();
    const spool = join(folder, 'outbox');
    mkdirSync(spool);
    const [event] = thoughts(1) as [NewEvent];
    const foreign = ['null', '5', '"text"', '[]', '{}', '{"id":"x","payload":null}', 'no JSON'];
    writeFileSync(join(spool, '99999999.1-gone-1.jsonl'), [...foreign, JSON.stringify(event), ''].join('\n'));
    writeFileSync(join(spool, 'README'), 'not for Baton');
    mkdirSync(join(spool, '99999998.1-gone-1.jsonl'));
    let outbox: ReturnType<typeof withOutbox> | undefined;
    const opened = (() => {
      try {
        outbox = withOutbox(log, { folder: spool, retryMs: 5 });
        return 'opened';
      } catch (error) {
        return String(error);
      }
    })();
    expect(opened).toBe('opened');
    await within(3_000, outbox?.delivered() ?? Promise.resolve());
    const delivered = await ids();
    await outbox?.close();
    await close();
    expect(delivered).toEqual([event.id]);
    expect(readdirSync(spool)).toContain('README');
    return `The one event behind ${foreign.length} lines of garbage is delivered.`;
  },
);
