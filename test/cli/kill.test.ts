import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { AGENT_END_TYPES } from '../../src/contracts/names.ts';
import { commandLineOf } from '../../src/dev/process-info.ts';
import { waitUntil } from '../../src/dev/wait-until.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { runBaton, spawnBaton, temporaryDir } from './run-baton.ts';

const AGENTS = ['triage', 'data_helper', 'optimization', 'actions', 'reporting'];

async function pidIn(dataDir: string, name: string): Promise<number> {
  const { pid } = JSON.parse(await readFile(join(dataDir, name), 'utf8')) as { pid: number };
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

/** How many terminal events each execution of an agent published, before any folding. */
function endsPerExec(events: BatonEvent[]): Record<string, number> {
  const ends = events.filter(({ type }) => (AGENT_END_TYPES as readonly string[]).includes(type));
  const counts: Record<string, number> = {};
  for (const { agent_run, exec } of ends) counts[`${agent_run} ${exec}`] = (counts[`${agent_run} ${exec}`] ?? 0) + 1;
  return counts;
}

async function expectOneWholeRun(dataDir: string) {
  const events = await feedOf(dataDir);
  const [run, ...others] = events.reduce(foldFeed, emptyFeed()).runs;
  expect(others).toEqual([]);
  expect(run?.status).toBe('completed');
  expect(run?.agents.map(({ agent, state }) => [agent, state])).toEqual(AGENTS.map((agent) => [agent, 'completed']));
  for (const { thoughts } of run?.agents ?? []) {
    expect(thoughts.map(({ step_number }) => step_number)).toEqual(thoughts.map((_, index) => index + 1));
  }
  expect(Object.values(endsPerExec(events))).toEqual(AGENTS.map(() => 1));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(events.filter(({ type }) => type === 'run_completed')).toHaveLength(1);
}

describe('kill -9 of the npm start process in the middle of a run', () => {
  test.each<[string, { command: boolean; server: boolean }]>([
    ['stops the command under it and the server, in order', { command: false, server: false }],
    ['and of the command under it leaves the embedded server', { command: true, server: false }],
    ['and of the command and the embedded server leaves nothing', { command: true, server: true }],
  ])('%s: the next start finishes the run, once', async (_name, killed) => {
    await using dir = await temporaryDir();
    const first = spawnBaton(['dev', '--demo'], { dataDir: dir.path, asNpmStart: true });
    await first.until(/optimization started/);
    const server = await pidIn(dir.path, 'temporal.json');
    const command = await pidIn(dir.path, 'owner.json');
    first.child.kill('SIGKILL');
    if (killed.command) process.kill(command, 'SIGKILL');
    await first.closed;
    expect(command).not.toBe(first.child.pid);
    if (killed.command) expect(commandLineOf(server)).toContain('start-dev');
    else await waitUntil(() => !commandLineOf(command) && !commandLineOf(server), { timeoutMs: 20_000 });
    if (killed.server) process.kill(server, 'SIGKILL');
    expect(commandLineOf(command)).toBeUndefined();
    if (!killed.command) expect(commandLineOf(server)).toBeUndefined();

    const second = await runBaton(['dev', '--demo', '--exit'], { dataDir: dir.path, asNpmStart: true });
    expect(second.stderr).toContain('continuing run');
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('a month');
    await expectOneWholeRun(dir.path);
  });
});

describe('Ctrl-C', () => {
  test('in the middle of a run leaves no server behind, and the next start continues the run', async () => {
    await using dir = await temporaryDir();
    const first = spawnBaton(['dev', '--demo'], { dataDir: dir.path });
    await first.until(/optimization started/);
    const server = await pidIn(dir.path, 'temporal.json');
    first.child.kill('SIGINT');
    await first.closed;
    expect(commandLineOf(server)).toBeUndefined();

    const second = await runBaton(['dev', '--demo', '--exit'], { dataDir: dir.path });
    expect(second.code).toBe(0);
    expect(second.stdout).toContain('a month');
    await expectOneWholeRun(dir.path);
  });
});
