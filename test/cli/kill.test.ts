import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from '../../src/client.ts';
import type { BatonEvent } from '../../src/contracts/event.ts';
import { AGENT_END_TYPES } from '../../src/contracts/names.ts';
import { commandLineOf } from '../../src/dev/process-info.ts';
import { waitUntil } from '../../src/dev/wait-until.ts';
import { emptyFeed, foldFeed } from '../../src/feed/fold.ts';
import { openStore } from '../../src/notifier/open-store.ts';
import { AZURE_CODE } from '../spend/fixtures.ts';
import { runBaton, spawnBaton, temporaryDir } from './run-baton.ts';

const AGENTS = ['triage', 'data_helper', 'optimization', 'actions', 'reporting'];

let dir: Awaited<ReturnType<typeof temporaryDir>>;
/** What runs now; each test ends it in its own way, and leaves the next start behind. */
let up: ReturnType<typeof spawnBaton>;
const started: string[] = [];

const start = (...more: string[]) => spawnBaton(['dev', ...more], { dataDir: dir.path, asNpmStart: true });
const recordIn = async (name: string) =>
  JSON.parse(await readFile(join(dir.path, name), 'utf8')) as { pid: number; port: number };

beforeAll(async () => {
  dir = await temporaryDir();
  up = start();
  await up.until(/running; Ctrl-C/);
});
afterAll(async () => {
  up.child.kill('SIGTERM');
  await up.closed;
  await dir[Symbol.asyncDispose]();
});

/** Starts a run as the demo does, and resolves in the middle of it, with the processes that are at work. */
async function inTheMiddle() {
  const { pid: server, port } = await recordIn('temporal.json');
  const { pid: command } = await recordIn('owner.json');
  await using baton = await connect({ user: 'local', address: `127.0.0.1:${port}`, dataDir: dir.path });
  const input = { files: [AZURE_CODE], model: 'claude-sonnet-4-5' };
  const run = await baton.start('costOptimization', input, { threadId: 'demo' });
  started.push(run.runId);
  for await (const { type, agent } of run.events()) {
    if (type === 'agent_started' && agent === 'optimization') break;
  }
  return { server, command, runId: run.runId };
}

/** The user's feed, read from the log that the ended processes left. */
async function feedOf(): Promise<BatonEvent[]> {
  const { log, close } = await openStore({ url: `sqlite:${join(dir.path, 'events.sqlite')}` });
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

async function expectWholeRun(runId: string) {
  const events = await feedOf();
  const { runs } = events.reduce(foldFeed, emptyFeed());
  expect(runs.map(({ run_id }) => run_id).sort()).toEqual(started.toSorted());
  const run = runs.find(({ run_id }) => run_id === runId);
  expect(run?.status).toBe('completed');
  expect(run?.agents.map(({ agent, state }) => [agent, state])).toEqual(AGENTS.map((agent) => [agent, 'completed']));
  for (const { thoughts } of run?.agents ?? []) {
    expect(thoughts.map(({ step_number }) => step_number)).toEqual(thoughts.map((_, index) => index + 1));
  }
  const own = events.filter(({ run_id }) => run_id === runId);
  expect(Object.values(endsPerExec(own))).toEqual(AGENTS.map(() => 1));
  expect(own.filter(({ type }) => type === 'run_completed')).toHaveLength(1);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
}

test.each<[string, { command: boolean; server: boolean }]>([
  ['stops the command under it and the server, in order', { command: false, server: false }],
  ['and of the command under it leaves the embedded server', { command: true, server: false }],
  ['and of the command and the embedded server leaves nothing', { command: true, server: true }],
])('kill -9 of npm start in the middle of a run %s: the next start finishes the run, once', async (_name, killed) => {
  const { server, command, runId } = await inTheMiddle();
  up.child.kill('SIGKILL');
  if (killed.command) process.kill(command, 'SIGKILL');
  await up.closed;
  expect(command).not.toBe(up.child.pid);
  if (killed.command) expect(commandLineOf(server)).toContain('start-dev');
  else await waitUntil(() => !commandLineOf(command) && !commandLineOf(server), { timeoutMs: 20_000 });
  if (killed.server) process.kill(server, 'SIGKILL');
  expect(commandLineOf(command)).toBeUndefined();
  if (!killed.command) expect(commandLineOf(server)).toBeUndefined();

  up = start('--demo');
  await up.until(/running; Ctrl-C/);
  expect(up.output.stderr).toContain(`continuing run ${runId}`);
  expect(up.output.stdout).toContain('a month');
  await expectWholeRun(runId);
});

test('Ctrl-C in the middle of a run leaves no server behind, and the next start finishes the run, once', async () => {
  const { server, command, runId } = await inTheMiddle();
  // A terminal tells every process in it.
  for (const pid of [up.child.pid as number, command]) process.kill(pid, 'SIGINT');
  expect(await up.closed).toBe(0);
  expect(commandLineOf(server)).toBeUndefined();

  const next = await runBaton(['dev', '--demo', '--exit'], { dataDir: dir.path });
  expect(next.code).toBe(0);
  expect(next.stderr).toContain(`continuing run ${runId}`);
  expect(next.stdout).toContain('a month');
  await expectWholeRun(runId);
});
