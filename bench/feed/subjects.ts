import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Redis } from 'ioredis';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';
import { openRedis } from '../../src/notifier/open-redis.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { createRedisLog } from '../../src/notifier/redis-log.ts';
import { startRedisServer } from '../../test/support/redis-server.ts';

/** Something that takes events: one after the other, or many at once. */
export type Subject = {
  name: string;
  publish(event: NewEvent): Promise<void>;
  append(events: NewEvent[]): Promise<unknown>;
};

export type Pair = { ours: Subject & { log: EventLog }; plain: Subject; stop(): Promise<void> };

/** The SQLite log, and one INSERT per event into a table with one key, in a file of the same settings. */
export async function sqlitePair(): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-bench-feed-'));
  const { log, close } = await openStore({ url: `sqlite:${join(folder, 'events.sqlite')}` });
  const db = new DatabaseSync(join(folder, 'plain.sqlite'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  db.exec('CREATE TABLE plain (id TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO plain VALUES (?, ?)');
  const plain: Subject = {
    name: 'plain INSERT',
    async publish(event) {
      insert.run(event.id, JSON.stringify(event));
    },
    async append(events) {
      db.exec('BEGIN IMMEDIATE');
      for (const event of events) insert.run(event.id, JSON.stringify(event));
      db.exec('COMMIT');
    },
  };
  async function stop() {
    await close();
    db.close();
    rmSync(folder, { recursive: true });
  }
  return { ours: { name: 'SQLite log', publish: log.publish, append: log.append, log }, plain, stop };
}

/** The Redis log, and one XADD per event, on the same server. */
export async function redisPair(): Promise<Pair> {
  const server = await startRedisServer({ appendfsync: 'everysec' });
  const redis = await openRedis(server.url);
  const log = await createRedisLog(redis);
  const client = new Redis(server.url);
  const plain: Subject = {
    name: 'plain XADD',
    async publish(event) {
      await client.xadd('plain', '*', 'json', JSON.stringify(event));
    },
    async append(events) {
      const batch = client.pipeline();
      for (const event of events) batch.xadd('plain', '*', 'json', JSON.stringify(event));
      await batch.exec();
    },
  };
  async function stop() {
    await log.close();
    redis.disconnect();
    client.disconnect();
    await server.stop();
  }
  return { ours: { name: 'Redis log', publish: log.publish, append: log.append, log }, plain, stop };
}
