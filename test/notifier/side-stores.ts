import { afterAll, beforeAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../src/notifier/open-store.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { startRedisServer } from '../support/redis-server.ts';

/** One process's way into the shared stores. */
export type SideStore = Pick<Store, 'log' | 'effects' | 'leases' | 'decisions' | 'runIds' | 'binding' | 'close'>;

/** A new, empty place to store things; each `open` is one process's own way into it. */
export type SideStorePlace = { open(): Promise<SideStore>; remove(): Promise<void> };

async function sqlitePlace(): Promise<SideStorePlace> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-stores-'));
  return {
    open: () => openStore({ url: `sqlite:${join(folder, 'events.sqlite')}` }),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function redisPlace(): Promise<SideStorePlace> {
  const { url, stop } = await startRedisServer();
  return { open: () => openStore({ url }), remove: stop };
}

async function clusterPlace(): Promise<SideStorePlace> {
  const { url, stop } = await startRedisCluster();
  return { open: () => openStore({ url }), remove: stop };
}

/** Every implementation of the stores beside the event log, for `describe.each`. */
export const SIDE_STORES: [string, () => Promise<SideStorePlace>][] = [
  ['SQLite', sqlitePlace],
  ['Redis', redisPlace],
  ['a Redis cluster', clusterPlace],
];

/** Two processes' ways into one new place, opened before the tests of a block and closed after them. */
export function openTwice(newPlace: () => Promise<SideStorePlace>): { store: SideStore; other: SideStore } {
  const opened = {} as { store: SideStore; other: SideStore };
  let place: SideStorePlace;
  beforeAll(async () => {
    place = await newPlace();
    opened.store = await place.open();
    opened.other = await place.open();
  });
  afterAll(async () => {
    await opened.store.close();
    await opened.other.close();
    await place.remove();
  });
  return opened;
}
