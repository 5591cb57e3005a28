import { readFile } from 'node:fs/promises';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { connect } from '../../src/client.ts';
import { commandLineOf } from '../../src/dev/process-info.ts';
import { faultTest } from '../support/fault-test.ts';
import rudeApp from '../support/rude-app.ts';
import { within } from '../support/within.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

type Dev = ReturnType<typeof spawnBaton>;

let dir: Awaited<ReturnType<typeof temporaryDir>>;
/** One for all tests, as long as it lives. */
let dev: Dev | undefined;

async function startDev(dataDir: string): Promise<Dev> {
  const started = spawnBaton(['dev', 'test/support/rude-app.ts'], { dataDir });
  await started.until(/running; Ctrl-C/);
  return started;
}

async function endDev({ child, closed }: Dev) {
  child.kill('SIGTERM');
  if ((await within(25_000, closed)) === 'still waiting') child.kill('SIGKILL');
  await closed;
}

const serverOf = async (dataDir: string) =>
  JSON.parse(await readFile(join(dataDir, 'temporal.json'), 'utf8')) as { pid: number; port: number };

/** Starts one agent of the app as a run, and gives its handle. */
async function start(dataDir: string, agent: string, input: object = {}) {
  const { port } = await serverOf(dataDir);
  const baton = await connect({ user: 'local', app: rudeApp, address: `127.0.0.1:${port}`, dataDir });
  const run = await baton.start('runAgent', { agent, input } as never);
  return { run, close: () => baton.close() };
}

async function statusOf(dataDir: string, agent: string): Promise<string> {
  const { run, close } = await start(dataDir, agent);
  const outcome = await within(15_000, run.result().catch(String));
  await close();
  return typeof outcome === 'string' ? outcome : outcome.status;
}

beforeAll(async () => {
  dir = await temporaryDir();
});
beforeEach(async () => {
  if (dev?.child.exitCode === null && dev.child.signalCode === null) return;
  dev = await startDev(dir.path);
});
afterAll(async () => {
  if (dev) await endDev(dev);
  await dir[Symbol.asyncDispose]();
});

faultTest(
  'kill -9 of the embedded server alone: the same baton dev starts it again and finishes the run',
  {
    kind: 12,
    before: 'baton dev said nothing and went on without a server; its runs never ended.',
  },
  async () => {
    const { child, output } = dev as Dev;
    const server = await serverOf(dir.path);
    const { run, close } = await start(dir.path, 'slow', { ms: 1_000 });
    for await (const { type } of run.events()) if (type === 'agent_started') break;
    process.kill(server.pid, 'SIGKILL');
    const killedAt = performance.now();
    const outcome = await within(20_000, run.result().catch(String));
    const ms = Math.round(performance.now() - killedAt);
    await close();
    expect(outcome).toMatchObject({ status: 'completed', result: { result: { pid: child.pid } } });
    expect(output.stderr).toMatch(/the embedded Temporal server .*: it ended with SIGKILL; starting it again/);
    expect(output.stderr).toMatch(/the embedded Temporal server answers again after \d+\.\d s/);
    expect((await serverOf(dir.path)).port).toBe(server.port);
    return `The server answers again on its port, and the run completed ${(ms / 1_000).toFixed(1)} s after the kill.`;
  },
);

faultTest(
  'baton dev works on while its log files cannot be written',
  {
    kind: 9,
    before: 'A full disk ended baton dev through the error event of its logger.',
  },
  async () => {
    await using full = await temporaryDir();
    for (const name of ['worker.log', 'gateway.log']) symlinkSync('/dev/full', join(full.path, name));
    const own = spawnBaton(['dev', 'test/support/rude-app.ts'], { dataDir: full.path });
    const isUp = own.until(/running; Ctrl-C/).then(
      () => 'up',
      () => 'ended',
    );
    const up = await within(20_000, isUp);
    const status = up === 'up' ? await statusOf(full.path, 'polite') : up;
    await endDev(own);
    expect(status).toBe('completed');
    expect(own.output.stderr).toMatch(/worker\.log in .* cannot be written: ENOSPC/);
    return 'It says once for each file that it cannot be written, and its runs complete.';
  },
);

faultTest(
  'a command ends with its work, whatever the module of an app holds',
  {
    kind: 11,
    before: 'baton run --app MODULE never ended where the module held a timer or a server.',
  },
  async () => {
    const input = JSON.stringify({ agent: 'polite', input: {} });
    const args = ['run', 'runAgent', '--app', 'test/support/rude-app.ts', '--input', input, '--watch'];
    const { child, closed, output } = spawnBaton(args, { dataDir: dir.path });
    const code = await within(15_000, closed);
    child.kill('SIGKILL');
    expect({ code, stdout: output.stdout }).toEqual({ code: 0, stdout: 'completed\n' });
    return 'It printed its outcome and ended with code 0.';
  },
);

faultTest(
  'an app that holds a timer and an open server does not keep baton dev up after SIGTERM',
  {
    kind: 11,
    before: 'baton dev never ended after SIGTERM.',
  },
  async () => {
    const { child, closed } = dev as Dev;
    const { pid } = await serverOf(dir.path);
    const began = performance.now();
    child.kill('SIGTERM');
    const code = await within(15_000, closed);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    // Left over, it would answer for the one of the next test.
    child.kill('SIGKILL');
    await closed;
    expect(code).toBe(0);
    expect(commandLineOf(pid)).toBeUndefined();
    return `It ended with code 0 after ${seconds} s, and its Temporal server with it.`;
  },
);

faultTest(
  'baton dev outlives what its agents throw where nobody catches, and says so',
  {
    kind: 10,
    before: 'a promise that an agent left behind, or a callback of its timer that threw, ended baton dev.',
  },
  async () => {
    const { until, child } = dev as Dev;
    expect(await statusOf(dir.path, 'stray')).toBe('completed');
    const said = within(
      5_000,
      until(/an error that nobody caught in agent stray: Error: stray timer/).then(() => 'said', String),
    );
    expect(await said).toBe('said');
    expect(child.exitCode).toBeNull();
    expect(await statusOf(dir.path, 'polite')).toBe('completed');
    const log = await readFile(join(dir.path, 'worker.log'), 'utf8');
    expect(log).toMatch(/stray rejection\\n +at .*rude-app\.ts/);
    expect(log).toContain('stray emitter');
    return 'Three such errors are reported with their stacks in worker.log; baton dev goes on and the next run completes.';
  },
);
