import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';
import type { Notifier } from '../../src/notifier/notifier.ts';
import { openRedis } from '../../src/notifier/open-redis.ts';
import { withOutbox } from '../../src/notifier/outbox.ts';
import { createRedisLog } from '../../src/notifier/redis-log.ts';
import { openSqliteFile } from '../../src/notifier/sqlite-file.ts';
import { LOG_TABLES } from '../../src/notifier/sqlite-log-tables.ts';
import { createSqliteLog } from '../../src/notifier/sqlite-log.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';
import { until } from '../support/until.ts';

/** A log that can be made to take nothing, as it happens to logs. */
type FragileLog = { log: EventLog; down(): Promise<void>; up(): Promise<void>; remove(): Promise<void> };

async function sqliteLog(): Promise<FragileLog> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-outage-'));
  const path = join(folder, 'events.sqlite');
  const file = openSqliteFile({ path, tables: [LOG_TABLES], busyTimeoutMs: 500 });
  const log = await createSqliteLog(file);
  const other = new DatabaseSync(path);
  return {
    log,
    down: async () => other.exec('BEGIN IMMEDIATE'),
    up: async () => other.exec('ROLLBACK'),
    async remove() {
      await log.close();
      file.db.close();
      other.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function redisLog(): Promise<FragileLog> {
  const server = await startRedisServer();
  const redis = await openRedis(server.url);
  const log = await createRedisLog(redis);
  return {
    log,
    down: server.kill,
    up: server.start,
    async remove() {
      await log.close();
      redis.disconnect();
      await server.stop();
    },
  };
}

const steps = ['first', 'second', 'third'].map((name) => ({ agent: 'gated', input: { name } }));

/** Everything of the run up to its end, which the log takes nothing after. */
async function wholeFeed(log: EventLog) {
  let feed = emptyFeed();
  const events: BatonEvent[] = [];
  for await (const event of log.follow({ userId: 'u1', after: 0 })) {
    events.push(event);
    feed = foldFeed(feed, event);
    if (event.type === 'run_completed') break;
  }
  return { events, run: feed.runs[0] };
}

function expectComplete({ events, run }: Awaited<ReturnType<typeof wholeFeed>>) {
  expect(run).toMatchObject({ status: 'completed', workflow: 'scripted' });
  const shown = run?.agents.map(({ agent_run, state, attempt, thoughts, result }) => {
    return { agent_run, state, attempt, thoughts: thoughts.map(({ reasoning }) => reasoning), result };
  });
  expect(shown).toEqual(
    ['first', 'second', 'third'].map((name, index) => ({
      agent_run: `gated-${index + 1}`,
      state: 'completed',
      attempt: 1,
      thoughts: ['waiting'],
      result: { name },
    })),
  );
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
}

describe.each([
  ['a SQLite file that another process has locked', sqliteLog],
  ['a Redis that was killed', redisLog],
])('%s in the middle of a run', (_, create) => {
  test('fails no agent, and afterwards the feed is complete', async () => {
    const { log, down, up, remove } = await create();
    const folder = mkdtempSync(join(tmpdir(), 'baton-outage-'));
    const notifier = withOutbox(log, { folder });
    const { agents, open, began } = gatedAgents();
    const worker = await startTestWorker({ agents, notifier });
    const { handle } = await worker.start('scripted', { steps });
    await until(() => began.includes('first'));
    await down();
    open('first');
    await until(() => began.includes('second'));
    open('second');
    await until(() => began.includes('third'));
    open('third');
    await up();
    const outcome = await outcomeOf(handle);
    expect(outcome.agents.map(({ success, attempts }) => ({ success, attempts }))).toEqual(
      steps.map(() => ({ success: true, attempts: 1 })),
    );
    expectComplete(await wholeFeed(log));
    await worker.stop();
    await notifier.close();
    await remove();
    rmSync(folder, { recursive: true });
  });
});

test('what only the outbox of a lost machine held is delivered from the history of the run', async () => {
  const { log, down, up, remove } = await sqliteLog();
  const folder = mkdtempSync(join(tmpdir(), 'baton-outage-'));
  let outbox = withOutbox(log, { folder });
  const notifier: Notifier = {
    publish: (event) => outbox.publish(event),
    holds: (id) => outbox.holds(id),
    deliver: (events) => outbox.deliver(events),
    end: (events, outcome) => outbox.end(events, outcome),
  };
  const { agents, open, began } = gatedAgents();
  const worker = await startTestWorker({ agents, notifier });
  await down();
  const { handle } = await worker.start('scripted', { steps });
  await until(() => began.includes('first'));
  open('first');
  await until(() => began.includes('second'));
  // The machine is gone with all that its outbox held; another one takes over.
  await outbox.close();
  rmSync(folder, { recursive: true });
  await up();
  outbox = withOutbox(log, { folder });
  open('second');
  open('third');
  await outcomeOf(handle);
  const { run } = await wholeFeed(log);
  const first = run?.agents.find(({ agent_run }) => agent_run === 'gated-1');
  expect(first).toMatchObject({ state: 'completed', thoughts: [{ reasoning: 'waiting' }] });
  expect(run).toMatchObject({ workflow: 'scripted', status: 'completed' });
  await worker.stop();
  await outbox.close();
  await remove();
  rmSync(folder, { recursive: true });
});
