import { mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { openStore } from '../../src/notifier/open-store.ts';
import { faultTest } from '../support/fault-test.ts';
import { newEvent } from './events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-replaced-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const USERS = ['u1', 'u2', 'u3'];
const EACH = 100;

const says = (user_id: string, reasoning: string) =>
  newEvent('agent_thinking', { user_id, payload: { reasoning, step_number: 1, progress_percentage: 1 } });

faultTest(
  'a log that takes the place of an open one is not mixed with what that one wrote last',
  {
    kind: 7,
    before:
      'a copy that was moved over an open log had 300 events more, which the file before had written after the copy.',
  },
  async () => {
    const path = join(folder, 'events.sqlite');
    const url = `sqlite:${path}`;
    const said = (n: number) => `thought ${n} ${'of some length '.repeat(20)}`;
    const old = await openStore({ url });
    for (let n = 0; n < EACH; n += 1) await old.log.append(USERS.map((user) => says(user, said(n))));
    const db = new DatabaseSync(path);
    db.exec(`VACUUM INTO '${join(folder, 'copy.sqlite')}'`);
    // What was written since is in the log of writes alone.
    for (let n = 0; n < EACH; n += 1) await old.log.append(USERS.map((user) => says(user, 'after the copy')));
    renameSync(join(folder, 'copy.sqlite'), path);
    await old.close().catch(() => undefined);
    db.close();
    const read = await openStore({ url }).then(
      async (store) => {
        const all = await Promise.all(USERS.map((userId) => store.log.read({ userId, after: 0, limit: 1_000 })));
        await store.close();
        return all.map((events) => events.map(({ payload }) => (payload as { reasoning: string }).reasoning));
      },
      (error: Error) => error.message,
    );
    const copied = Array.from({ length: EACH }, (_, n) => said(n));
    expect(read).toEqual(USERS.map(() => copied));
    expect(statSync(`${path}-wal-replaced`).size).toBeGreaterThan(0);
    return `the copy opened with its own ${USERS.length * EACH} events, and the last writes of the file before lie beside it.`;
  },
);
