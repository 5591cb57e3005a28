import { createHash, randomUUID } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { connect } from '../../src/client.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway, thought } from '../support/test-gateway.ts';
import { shared } from '../support/test-run.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

const { address } = shared();
const fileIn = (folder: string) => join(folder, 'events.sqlite');

/** A data folder whose log has some events, as `kill -9` leaves it, or closed in order. */
async function fillLog(folder: string, { killed }: { killed: boolean }) {
  await using dir = await temporaryDir();
  const store = await openStore({ url: `sqlite:${fileIn(dir.path)}` });
  const text = 'a thought that fills the pages of the file'.repeat(10);
  for (let n = 1; n <= 100; n += 1) await store.log.publish(thought('ann', n, { text }));
  if (!killed) await store.close();
  cpSync(dir.path, folder, { recursive: true });
  await store.close();
}

function withoutWal(path: string) {
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}

function damage(path: string) {
  const file = openSync(path, 'r+');
  // The header and the schema stay as they are.
  writeSync(file, Buffer.alloc(40_960, 0xff), 0, 40_960, 40_960);
  closeSync(file);
}

function foreign(path: string) {
  rmSync(path);
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE invoices (id INTEGER PRIMARY KEY, total REAL); INSERT INTO invoices VALUES (1, 12.5)');
  db.close();
}

const DAMAGES: [name: string, killed: boolean, spoil: (path: string) => void, reason: RegExp][] = [
  ['cut to 2,000 bytes', false, (path) => truncateSync(path, 2_000), /cut short: it has 2000 bytes/],
  [
    'cut to 2,000 bytes after kill -9',
    true,
    (path) => {
      truncateSync(path, 2_000);
      withoutWal(path);
    },
    /cut short: it has 2000 bytes/,
  ],
  ['emptied', false, (path) => truncateSync(path, 0), /empty, though it was in use/],
  ['emptied after kill -9', true, (path) => truncateSync(path, 0), /empty, though it was in use/],
  ['without its -wal after kill -9', true, withoutWal, /lost all of its tables/],
  ['damaged in the middle', false, damage, /is damaged/],
  ["another program's", false, foreign, /database of another program \(tables invoices\)/],
  ['no database', false, (path) => writeFileSync(path, 'name,amount\n'.repeat(500)), /not a database/],
];

const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

faultTest(
  'an event log whose file was cut short, emptied, damaged or exchanged for something else is refused and left as it is',
  {
    kind: 7,
    before:
      'six of eight such files were opened: cut or emptied after kill -9 they were taken for new, and calls made twice.',
  },
  async () => {
    const seen: unknown[] = [];
    for (const [name, killed, spoil, reason] of DAMAGES) {
      await using dir = await temporaryDir();
      const path = fileIn(dir.path);
      await fillLog(dir.path, { killed });
      spoil(path);
      const before = digest(path);
      const answer = await connect({ user: 'ann', address, dataDir: dir.path }).then(
        async (baton) => {
          await baton.close();
          return 'opened';
        },
        ({ type, message }: { type: string; message: string }) =>
          type === 'InvalidInput' && message.includes(path) && reason.test(message) ? 'refused' : message,
      );
      seen.push([name, answer, digest(path) === before ? 'untouched' : 'changed']);
    }
    expect(seen).toEqual(DAMAGES.map(([name]) => [name, 'refused', 'untouched']));
    return `${seen.length} of ${seen.length} are refused with the path, the reason and the remedy, byte for byte as they were.`;
  },
);

faultTest(
  'a worker whose event log was cut short while it was down ends with the path and the remedy',
  { kind: 7, before: 'it took the file of 2,000 bytes for a new log and worked on, with an empty ledger.' },
  async () => {
    await using dir = await temporaryDir();
    const path = fileIn(dir.path);
    await fillLog(dir.path, { killed: true });
    truncateSync(path, 2_000);
    withoutWal(path);
    const args = ['worker', '--task-queue', `test-${randomUUID()}`];
    const { child, closed, output } = spawnBaton(args, { dataDir: dir.path, env: { TEMPORAL_ADDRESS: address } });
    const stopWaiting = new AbortController();
    const { signal } = stopWaiting;
    const code = await Promise.race([closed, sleep(20_000, 'still running', { signal, ref: false })]);
    stopWaiting.abort();
    child.kill('SIGKILL');
    await closed;
    expect({ code, stderr: output.stderr }).toEqual({ code: 1, stderr: expect.stringContaining(path) });
    expect(output.stderr).toMatch(/cut short[^]*Restore the file from a backup/);
    expect(output.stderr).not.toMatch(/\n\s+at /);
    return 'it ends with code 1, names the file and what to do, and leaves the file alone.';
  },
);

/** What happens to the file under a process that has it open. */
const LOSSES: [name: string, lose: (path: string) => void][] = [
  ['removed', (path) => rmSync(path)],
  [
    'replaced',
    (path) => {
      copyFileSync(path, `${path}.copy`);
      rmSync(path);
      cpSync(`${path}.copy`, path);
    },
  ],
  ['cut short', (path) => truncateSync(path, 4_096)],
];

faultTest(
  'an event log whose file is removed, replaced or cut short while a gateway has it open takes nothing any more',
  {
    kind: 7,
    before: 'starts were answered 202 and /readyz 200, and what was written went into a file that nobody can open.',
  },
  async () => {
    for (const [name, lose] of LOSSES) {
      const gateway = await startTestGateway();
      try {
        const path = fileIn(gateway.dataDir);
        for (let n = 1; n <= 100; n += 1) await gateway.log.publish(thought('ann', n));
        const backup = new DatabaseSync(path);
        backup.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        backup.close();
        expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
        lose(path);
        const statuses = async () => [
          (await fetch(`${gateway.url}/readyz`)).status,
          (await gateway.call('ann', '/v1/events')).status,
        ];
        expect({ name, statuses: await statuses() }).toEqual({ name, statuses: [503, 503] });
        const refused = await gateway.log.publish(thought('ann', 999)).then(
          () => 'taken',
          ({ code }: { code?: string }) => code,
        );
        expect({ name, refused }).toEqual({ name, refused: 'log_unavailable' });
      } finally {
        await gateway.stop();
      }
    }
    return `${LOSSES.map(([name]) => name).join(', ')}: reads, writes and /readyz answer 503 log_unavailable at once.`;
  },
);

faultTest(
  'a gateway whose log file was removed ends with a word instead of serving from it',
  { kind: 7, before: 'it went on, and wrote into the removed file.', timeoutMs: 60_000 },
  async () => {
    await using dir = await temporaryDir();
    const env = { TEMPORAL_ADDRESS: address, BATON_HTTP_PORT: '0' };
    const { child, closed, output, until: printed } = spawnBaton(['gateway'], { dataDir: dir.path, env });
    await printed(/gateway {6}http/);
    rmSync(fileIn(dir.path));
    const since = performance.now();
    const gone = await Promise.race([closed, sleep(15_000, 'still running', { ref: false })]);
    const seconds = ((performance.now() - since) / 1_000).toFixed(1);
    child.kill('SIGKILL');
    await closed;
    expect({ gone, stderr: output.stderr }).toEqual({
      gone: 1,
      stderr: expect.stringMatching(/events\.sqlite: the file was removed while it was open; start this process again/),
    });
    expect(existsSync(fileIn(dir.path))).toBe(false);
    return `it ends with code 1 and the reason after ${seconds} s.`;
  },
);
