import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/notifier/open-store.ts';
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
