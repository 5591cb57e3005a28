import {
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import type { PlannedFault } from './plan-faults.ts';
import type { Injections, World } from './world.ts';

/** How long roles may take to refuse a damaged log, or to say that they serve, in milliseconds. */
const REFUSAL_LIMIT_MS = 30_000;
const CUT_TO = 2_000;
const PARTS = ['', '-wal', '-shm'];

/** What happens to the file of log and ledger: damaged or put back while nobody runs, and changed under running roles. */
export function injectLog({ stage, note, keepLog }: World): Injections {
  const { dataDir, store } = stage;
  if (store !== 'sqlite') return {};
  const path = join(dataDir, 'events.sqlite');
  const apart = (name: string) => join(dataDir, `${name}.sqlite`);
  const remove = (file: string) => PARTS.forEach((part) => rmSync(`${file}${part}`, { force: true }));

  function copyTo(target: string) {
    const db = new DatabaseSync(path, { readOnly: true });
    try {
      remove(target);
      db.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`);
    } finally {
      db.close();
    }
  }

  /** What is in the log beside its file is in the file from now on. */
  function checkpoint() {
    const db = new DatabaseSync(path);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
  }

  /** Roles must refuse a damaged log; then their operator puts it aside and begins with an empty one. */
  async function untilRefused({ n, fault }: PlannedFault) {
    const probe = stage.roles[0];
    const began = performance.now();
    const started = await probe?.start().then(
      () => true,
      () => false,
    );
    const took = Math.round(performance.now() - began);
    if (started) {
      note({ n, fault, phase: 'note', note: `${probe?.name} took a damaged log for a good one` });
      await probe?.end('SIGKILL');
    } else {
      const said = probe?.said().trim().split('\n').at(-1);
      note({ n, fault, phase: 'note', note: `refused after ${took} of ${REFUSAL_LIMIT_MS} ms: ${said}` });
    }
    for (const part of PARTS) if (existsSync(`${path}${part}`)) renameSync(`${path}${part}`, `${path}${part}.damaged`);
  }

  async function damage(planned: PlannedFault, work: () => void) {
    await stage.killRoles();
    await keepLog();
    checkpoint();
    work();
    await wait(planned.ms);
    await untilRefused(planned);
    await stage.startRoles();
  }

  return {
    'log:truncate': (planned) => damage(planned, () => truncateSync(path, CUT_TO)),
    'log:corrupt': (planned) =>
      damage(planned, () => {
        const file = openSync(path, 'r+');
        const pages = Math.floor(statSync(path).size / 4_096);
        for (let page = 1; page < pages; page += 2) writeSync(file, randomBytes(4_096), 0, 4_096, page * 4_096);
        closeSync(file);
      }),
    async 'log:replace'({ ms }) {
      copyTo(apart('backup'));
      await wait(ms);
      await stage.killRoles();
      await keepLog();
      remove(path);
      renameSync(apart('backup'), path);
      await stage.startRoles();
      return `put back to a copy ${ms} ms old`;
    },
    async 'log:swap'({ ms }) {
      copyTo(apart('copy'));
      remove(apart('old'));
      for (const part of PARTS) if (existsSync(`${path}${part}`)) linkSync(`${path}${part}`, `${apart('old')}${part}`);
      renameSync(apart('copy'), path);
      await wait(ms);
      // Whoever still had the old file has noticed by now, or is stopped here.
      await stage.killRoles();
      copyFileSync(apart('old'), apart('kept'));
      if (existsSync(`${apart('old')}-wal`)) copyFileSync(`${apart('old')}-wal`, `${apart('kept')}-wal`);
      await keepLog({ path: apart('kept') });
      for (const name of ['old', 'kept']) remove(apart(name));
      await stage.startRoles();
    },
  };
}
