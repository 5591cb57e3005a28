import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openStore } from '../../src/notifier/open-store.ts';
import { createSqliteLog } from '../../src/notifier/sqlite-log.ts';
import { openSqliteFile } from '../../src/notifier/sqlite-file.ts';
import { LOG_TABLES } from '../../src/notifier/sqlite-log-tables.ts';
import { SIDE_TABLES } from '../../src/notifier/sqlite-side-tables.ts';

const EACH = 300;
const USERS = ['u1', 'u2', 'u3'];
const LOG_PROCESS = new URL('log-process.ts', import.meta.url);

let folder: string;
let url: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-processes-'));
  url = `sqlite:${join(folder, 'events.sqlite')}`;
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

function startProcess({ followed = 'u1', total }: { followed?: string; total: number }) {
  const name = `writer-${children.length}`;
  const child = fork(LOG_PROCESS, [url, name, String(EACH), followed, String(total)], { execArgv: ['--no-warnings'] });
  children.push(child);
  return child;
}

test('four processes append to one new file and follow it at once: no gap, no double, nothing missing', async () => {
  // Each user gets a third of what each of the four says alone, and of what all of them say.
  const total = (EACH / 3) * 5;
  const four = upTo(4).map((n) => startProcess({ followed: USERS[n % 3], total }));
  await Promise.all(four.map((child) => once(child, 'message')));
  const store = await openStore({ url });
  const followed = USERS.map(async (userId) => {
    const seen: number[] = [];
    for await (const { seq } of store.log.follow({ userId, after: 0 })) {
      seen.push(seq);
      if (seen.length === total) break;
    }
    return seen;
  });
  const told = four.map((child) => once(child, 'message') as Promise<[number[]]>);
  for (const child of four) child.send('go');
  for (const seen of await Promise.all(followed)) expect(seen).toEqual(upTo(total));
  for (const [seen] of await Promise.all(told)) expect(seen).toEqual(upTo(total));
  for (const userId of USERS) {
    const events = await store.log.read({ userId, after: 0, limit: 10_000 });
    expect(new Set(events.map(({ id }) => id)).size).toBe(total);
    expect(events).toHaveLength(total);
    expect(await store.log.head({ userId })).toMatchObject({ head: total, earliest: 1 });
  }
  await store.close();
});

test('a writer that is killed in the middle leaves no gap, and the others go on', async () => {
  // What the other one alone tells this user.
  const total = (EACH / 3) * 2;
  const [killed, other] = [startProcess({ total }), startProcess({ total })];
  await Promise.all([once(killed, 'message'), once(other, 'message')]);
  const store = await openStore({ url });
  const told = once(other, 'message') as Promise<[number[]]>;
  killed.send('go');
  other.send('go');
  for await (const { id } of store.log.follow({ userId: 'u1', after: 0 })) if (id === 'writer-0:30') break;
  killed.kill('SIGKILL');
  expect((await told)[0]).toEqual(upTo(total));
  const events = await store.log.read({ userId: 'u1', after: 0, limit: 10_000 });
  expect(events.map(({ seq }) => seq)).toEqual(upTo(events.length));
  await store.close();
});

test('what another process appends wakes a follower that would not look by itself', async () => {
  const total = (EACH / 3) * 2;
  const file = openSqliteFile({ path: url.replace('sqlite:', ''), tables: [LOG_TABLES, SIDE_TABLES] });
  const log = await createSqliteLog(file, { pollMs: 2 ** 31 - 1 });
  const child = startProcess({ total });
  await once(child, 'message');
  const seen: number[] = [];
  child.send('go');
  for await (const { seq } of log.follow({ userId: 'u1', after: 0 })) {
    seen.push(seq);
    if (seen.length === total) break;
  }
  expect(seen).toEqual(upTo(total));
  await log.close();
  file.db.close();
});
