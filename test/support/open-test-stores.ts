import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/notifier/open-store.ts';

/** A new, empty store in a file of its own. */
export async function openTestStores() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-stores-'));
  const store = await openStore({ url: `sqlite:${join(folder, 'events.sqlite')}` });

  async function remove() {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }

  return { ...store, remove };
}
