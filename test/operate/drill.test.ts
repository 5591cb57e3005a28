import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect, type BatonClient, type RunHandle } from '../../src/client.ts';
import { callBaton } from '../cli/call-baton.ts';
import { spawnBaton, temporaryDir } from '../cli/run-baton.ts';
import app from '../support/drill/app.ts';
import { startRedisServer } from '../support/redis-server.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';

const { address } = shared();
const MODULE = 'test/support/drill/app.ts';
const user = `drill-${randomUUID()}`;
const queue = (name: string) => `drill-${name}-${user}`;

let dir: Awaited<ReturnType<typeof temporaryDir>>;
let redis: Awaited<ReturnType<typeof startRedisServer>>;
const workers = new Map<string, ReturnType<typeof spawnBaton>>();
const runs: Record<string, RunHandle> = {};
const clients: BatonClient[] = [];

/** What the operator's terminal has set. */
function environment(log = 'sqlite:') {
  return { dataDir: dir.path, env: { TEMPORAL_ADDRESS: address, BATON_LOG: log, DRILL_DIR: dir.path } };
}

/** Runs a worker as the command line says; resolves when it polls. */
async function work(args: string[], log?: string) {
  const worker = spawnBaton(args, environment(log));
  workers.set(args.join(' '), worker);
  await worker.until(/on queue/);
  return worker;
}

async function stopWorkers(of: (args: string) => boolean) {
  for (const [args, { child, closed }] of workers) {
    if (!of(args)) continue;
    child.kill('SIGTERM');
    await closed;
    workers.delete(args);
  }
}

/** A client of the drill's user; it is closed at the end, when all runs have ended. */
async function clientOf(name: string, log = 'sqlite:') {
  process.env.BATON_LOG = log;
  const baton = await connect({ user, app, address, dataDir: dir.path, taskQueue: queue(name) });
  delete process.env.BATON_LOG;
  clients.push(baton);
  return baton;
}

/** What `baton show` says of a run, once it names the reason. */
async function shown(name: string, reason: string, log?: string): Promise<string> {
  const { workflowId } = runs[name] as RunHandle;
  const { stdout } = await until(
    () => callBaton(['show', workflowId], environment(log)),
    (said) => said.stdout.includes(`\n${reason}: `),
  );
  return stdout;
}

/** The first command below "next:" that begins so, as the operator types it. */
function commandIn(text: string, begins: string): string[] {
  const found = text
    .split('\nnext:\n')[1]
    ?.split('\n')
    .find((line) => line.startsWith(`  ${begins}`));
  if (!found) throw new Error(`show gives no command "${begins}":\n${text}`);
  return found.trim().replace('MODULE', MODULE).split(' ').slice(1);
}

const ended = async (name: string) => (await (runs[name] as RunHandle).result()).status;

beforeAll(async () => {
  dir = await temporaryDir();
  redis = await startRedisServer();
  await Promise.all([
    work(['worker', MODULE, '--task-queue', queue('people')]),
    work(['worker', 'test/support/drill/broken-app.ts', '--task-queue', queue('broken')]),
    work(['worker', MODULE, '--task-queue', queue('dark')], redis.url),
  ]);
  const runAgent = async (name: string, agent: string, on = name, log?: string) => {
    const baton = await clientOf(on, log);
    runs[name] = await baton.start('runAgent', { agent, input: {} }, { runId: name });
  };
  await runAgent('lonely', 'quick');
  await runAgent('failing', 'doorman', 'people');
  await runAgent('asking', 'asker', 'people');
  await runAgent('dark', 'sleeper', 'dark', redis.url);
  runs.broken = await (await clientOf('broken')).startNamed('errand', {}, { runId: 'broken' });
}, 120_000);
afterAll(async () => {
  for (const client of clients) await client.close();
  await stopWorkers(() => true);
  await redis.stop();
  await dir[Symbol.asyncDispose]();
});

test('the list of runs marks what each of them needs', async () => {
  await shown('failing', 'retrying');
  const { stdout } = await callBaton(['runs', '--user', user, '--agent', 'doorman', '--json'], environment());
  expect(JSON.parse(stdout)).toMatchObject([{ run_id: 'failing', needs: { reason: 'retrying' } }]);
}, 60_000);

test('no worker: show names the queue, and the worker that it says to start ends the run', async () => {
  const text = await shown('lonely', 'no_worker');
  expect(text).toContain(`from queue ${queue('lonely')}`);
  await work(commandIn(text, 'baton worker'));
  expect(await ended('lonely')).toBe('completed');
}, 60_000);

test('an agent that fails: show says by what and when it tries again, and lets it try at once', async () => {
  const text = await shown('failing', 'retrying');
  expect(text).toMatch(/retrying: doorman failed 1 times and tries again in \d+ m .*the door is shut/);
  await writeFile(join(dir.path, 'open'), '');
  expect((await callBaton(commandIn(text, 'baton retry'), environment())).stdout).toContain('doorman: tries again');
  expect(await ended('failing')).toBe('completed');
}, 60_000);

test('waiting for a person: show says for what and until when, and how to answer', async () => {
  const text = await shown('asking', 'waiting_for_person');
  expect(text).toContain('Go on?');
  expect(text).toMatch(/it waits until .*Z, for .* the decision is "reject"/);
  expect((await callBaton(commandIn(text, 'baton approve'), environment())).code).toBe(0);
  expect(await ended('asking')).toBe('completed');
}, 60_000);

test('code that throws: show gives its message, and the run goes on with mended code', async () => {
  const text = await shown('broken', 'workflow_task_failing');
  expect(text).toContain('the errand list is lost');
  expect(text).toMatch(/WORKFLOW_WORKER_UNHANDLED_FAILURE, on \d+@/);
  await stopWorkers((args) => args.includes('broken-app'));
  await work(commandIn(text, 'baton worker'));
  expect(await ended('broken')).toBe('completed');
}, 60_000);

test('the log is down: show says where it was, and the run ends when it is there again', async () => {
  await redis.kill();
  await writeFile(join(dir.path, 'morning'), '');
  const text = await shown('dark', 'log_down', redis.url);
  expect(text).toContain(`the event log at ${redis.url} cannot be reached`);
  expect(text).toContain(`start Redis at ${redis.url} again`);
  await redis.start();
  expect((await callBaton(commandIn(text, 'baton doctor'), environment(redis.url))).stdout).toContain('log');
  expect(await ended('dark')).toBe('completed');
}, 60_000);
