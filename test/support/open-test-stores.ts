import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/notifier/open-store.ts';

/** A folder for a store that several processes of a test share. */
export function newStoreFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-stores-'));
  return { path: join(folder, 'events.sqlite'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The real store at a path that other processes may open too. */
export const openStoresAt = (path: string) => openStore({ url: `sqlite:${path}` });

/** A new, empty store in a file of its own. */
export async function openTestStores() {
  const { path, remove: removeFolder } = newStoreFolder();
  const store = await openStoresAt(path);

  async function remove() {
    await store.close();
    removeFolder();
  }

  return { ...store, remove };
}
