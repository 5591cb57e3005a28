import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { commandLineOf } from '../../src/dev/process-info.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { runBaton, spawnBaton, temporaryDir } from './run-baton.ts';

async function serverPid(dataDir: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(dataDir, 'temporal.json'), 'utf8')) as { pid: number };
  return pid;
}

/** The user's feed, read from the log that the ended processes left. */
async function feedOf(dataDir: string): Promise<BatonEvent[]> {
  const { log, close } = await openStore({ url: `sqlite:${join(dataDir, 'events.sqlite')}` });
  try {
    return await log.read({ userId: 'local', after: 0, limit: 1_000 });
  } finally {
    await close();
  }
}

describe('kill -9 in the middle of a run', () => {
  test.each([
    ['while the embedded server lives on', false],
    ['and of the embedded server too', true],
  ])('%s: the next start finishes the run, once', async (_name, serverToo) => {
    await using dir = await temporaryDir();
    const first = spawnBaton(['dev', '--demo'], { dataDir: dir.path });
    await first.until(/optimization started/);
    const server = await serverPid(dir.path);
    first.child.kill('SIGKILL');
    await first.closed;
    expect(commandLineOf(server)).toContain('start-dev');
    if (serverToo) process.kill(server, 'SIGKILL');

    const second = await runBaton(['dev', '--demo', '--exit'], { dataDir: dir.path });
    expect(second.stderr).toContain('continuing run');
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('a month');

    const events = await feedOf(dir.path);
    const [run, ...others] = events.reduce(foldFeed, emptyFeed()).runs;
    expect(others).toEqual([]);
    expect(run?.status).toBe('completed');
    expect(run?.agents.map(({ agent, state }) => [agent, state])).toEqual(
      ['triage', 'data_helper', 'optimization', 'actions', 'reporting'].map((agent) => [agent, 'completed']),
    );
    for (const { thoughts } of run?.agents ?? []) {
      expect(thoughts.map(({ step_number }) => step_number)).toEqual(thoughts.map((_, index) => index + 1));
    }
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.filter(({ type }) => type === 'run_completed')).toHaveLength(1);
  });
});

describe('Ctrl-C', () => {
  test('in the middle of a run leaves no server behind, and the next start continues the run', async () => {
    await using dir = await temporaryDir();
    const first = spawnBaton(['dev', '--demo'], { dataDir: dir.path });
    await first.until(/optimization started/);
    const server = await serverPid(dir.path);
    first.child.kill('SIGINT');
    await first.closed;
    expect(commandLineOf(server)).toBeUndefined();

    const second = await runBaton(['dev', '--demo', '--exit'], { dataDir: dir.path });
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('a month');
  });
});
