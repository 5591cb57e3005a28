import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openStore, type Store } from '../../src/notifier/open-store.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { until } from '../support/until.ts';

const call = {
  workflowId: 'w1',
  agentRun: 'buyer-1',
  agent: 'buyer',
  tool: 'pay',
  inputHash: 'a',
  occurrence: 1,
  callId: 'pay-1',
  input: '{}',
  limitMs: 50,
  repeatable: false,
};
const order = (attempt: number) => ({ generation: 0, scheduled: attempt, attempt });
const { workflowId, agentRun } = call;

/** Opens the ledger as an attempt and begins the call; gives what the ledger says of it. */
async function begin({ effects }: Store, attempt: number, named?: string) {
  const opening = await effects.open({ workflowId, agentRun, named, order: order(attempt), isKnown: false });
  const { status } = await effects.begin({
    call,
    order: order(attempt),
    opening: { ...opening, underWayMs: 0 },
  });
  return { status, vouches: opening.vouches };
}

describe('the incarnation of a ledger in SQLite', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-ledger-'));
    path = join(folder, 'events.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const open = () => openStore({ url: `sqlite:${path}` });

  /** What another process finds after `change` was done to the file. */
  async function after(change: (first: Store) => Promise<void> | void) {
    const first = await open();
    const named = await first.effects.incarnation({ workflowId });
    await change(first);
    await first.close();
    return { named, next: () => open() };
  }

  async function found({ named, next }: Awaited<ReturnType<typeof after>>) {
    const store = await next();
    try {
      const isSame = (await store.effects.incarnation({ workflowId })) === named;
      return { isSame, ...(await begin(store, 2, named)) };
    } finally {
      await store.close();
    }
  }

  test('stays through a new start, and an attempt without calls is followed by one that calls', async () => {
    const known = await after(async ({ effects }) => {
      await effects.open({ workflowId, agentRun, order: order(1), isKnown: false });
    });
    expect(await found(known)).toEqual({ isSame: true, status: 'call', vouches: true });
  });

  test('is another one after the file was removed: what is missing is unknown, by the start of the run', async () => {
    const known = await after(async (store) => void (await begin(store, 1)));
    for (const end of ['', '-wal', '-shm', '-bell']) rmSync(path + end, { force: true });
    expect(await found(known)).toEqual({ isSame: false, status: 'unknown', vouches: false });
  });

  test('is another one after an older copy was put back under the same name and inode', async () => {
    const copy = join(folder, 'copy');
    const known = await after(() => undefined);
    copyFileSync(path, copy);
    const later = await open();
    await begin(later, 1, known.named);
    await later.close();
    copyFileSync(copy, path);
    expect(await found(known)).toEqual({ isSame: false, status: 'unknown', vouches: false });
  });

  test('is another one in a copy of the file', async () => {
    const copy = join(folder, 'copy');
    const known = await after(() => undefined);
    copyFileSync(path, copy);
    renameSync(copy, path);
    expect(await found(known)).toMatchObject({ isSame: false, vouches: false });
  });
});

describe('the incarnation of a ledger in Redis', () => {
  let server: Awaited<ReturnType<typeof startRedisServer>>;
  let admin: Redis;
  let store: Store;
  beforeAll(async () => {
    server = await startRedisServer();
    admin = new Redis(server.url);
    admin.on('error', () => undefined);
  });
  beforeEach(async () => {
    await admin.flushall();
    store = await openStore({ url: server.url });
  });
  afterEach(() => store.close());
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const incarnation = () => store.effects.incarnation({ workflowId });

  test('stays through a restart that keeps every write', async () => {
    const named = await incarnation();
    await server.kill();
    await server.start();
    expect(await incarnation()).toBe(named);
  });

  test('is another one after a restart that may have lost writes', async () => {
    await admin.config('SET', 'appendfsync', 'everysec');
    const named = await incarnation();
    await server.kill();
    await server.start();
    expect(await incarnation()).not.toBe(named);
  });

  test('stays where the server was told to be a replica for a while, and was none', async () => {
    const named = await incarnation();
    await admin.replicaof('127.0.0.1', 1);
    await admin.replicaof('NO', 'ONE');
    expect(await incarnation()).toBe(named);
  });

  test('is another one once it was emptied, also for an attempt that is under way', async () => {
    const named = await incarnation();
    const opened = { workflowId, agentRun, named, order: order(1), isKnown: false };
    const opening = await store.effects.open(opened);
    await admin.flushall();
    const begun = { call, order: order(1), opening: { ...opening, underWayMs: 0 } };
    expect((await store.effects.begin(begun)).status).toBe('reopen');
    expect(await store.effects.open({ ...opened, isKnown: true })).toMatchObject({ vouches: false });
    expect(await begin(store, 2, named)).toEqual({ status: 'unknown', vouches: false });
  });

  test('is another one at once where the master was left for its replica, also over a connection to the old one', async () => {
    const replica = await startRedisServer();
    const atReplica = new Redis(replica.url);
    atReplica.on('error', () => undefined);
    const proxy = await startCutProxy(new URL(server.url).host);
    try {
      const { hostname, port } = new URL(server.url);
      await admin.config('SET', 'repl-diskless-sync-delay', '0');
      await atReplica.replicaof(hostname, Number(port));
      await until(
        () => atReplica.info('replication'),
        (info) => info.includes('master_link_status:up'),
      );
      const own = await openStore({ url: `redis://${proxy.address}` });
      const named = await own.effects.incarnation({ workflowId });
      await atReplica.replicaof('NO', 'ONE');
      const next = new URL(replica.url);
      await admin.replicaof(next.hostname, Number(next.port));
      proxy.aim(next.host);
      const first = await own.effects.incarnation({ workflowId });
      const second = await own.effects.incarnation({ workflowId });
      await own.close();
      expect(first).not.toBe(named);
      expect(second).toBe(first);
    } finally {
      await admin.replicaof('NO', 'ONE');
      await proxy.stop();
      atReplica.disconnect();
      await replica.stop();
    }
  });
});
