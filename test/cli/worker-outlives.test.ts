import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { connect, type BatonClient, type RunHandle } from '../../src/client.ts';
import { faultTest } from '../support/fault-test.ts';
import rudeApp, { GARBAGE } from '../support/rude-app.ts';
import { strays } from '../support/rude-workflows.ts';
import { shared } from '../support/test-run.ts';
import { until } from '../support/until.ts';
import { within } from '../support/within.ts';
import { callBaton } from './call-baton.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

const { address } = shared();
const taskQueue = `test-${randomUUID()}`;

let dir: Awaited<ReturnType<typeof temporaryDir>>;
/** One for all tests, as long as it lives. */
let worker: ReturnType<typeof spawnBaton>;
let baton: BatonClient;

async function runOf(agent: string, input: object = {}) {
  const run = await baton.start('runAgent', { agent, input } as never);
  return within(20_000, run.result());
}

beforeAll(async () => {
  dir = await temporaryDir();
  baton = await connect({ user: 'ann', app: rudeApp, address, dataDir: dir.path, taskQueue });
});
beforeEach(async () => {
  if (worker?.child.exitCode === null) return;
  const args = ['worker', 'test/support/rude-app.ts', '--task-queue', taskQueue];
  worker = spawnBaton(args, { dataDir: dir.path, env: { TEMPORAL_ADDRESS: address } });
  await worker.until(/first come|fair among/);
});
afterAll(async () => {
  worker.child.kill('SIGKILL');
  await worker.closed;
  await baton.close();
  await dir[Symbol.asyncDispose]();
});

faultTest(
  'an isolated agent that prints and logs without end writes a bounded log',
  {
    kind: 9,
    before: 'An isolated agent that printed for 8 s wrote 213 MB of log.',
  },
  async () => {
    const counts = [/isolated agent chatterbox prints too much: (\d+) bytes/, /the agent logs too much: \d+ lines/];
    let mb = 0;
    // A line that this test was too slow to read is lost; the log says so, but the next run is counted anew.
    do {
      const before = worker.output.stdout.length;
      expect(await runOf('chatterbox', { rounds: 40 })).toMatchObject({ status: 'completed' });
      mb = (worker.output.stdout.length - before) / 1024 ** 2;
      expect(mb).toBeLessThan(8);
    } while (!counts.every((count) => count.test(worker.output.stdout)));
    const [, bytes] = counts[0]?.exec(worker.output.stdout) ?? [];
    return `${Math.round(Number(bytes) / 1024 ** 2)} MB too much left ${mb.toFixed(1)} MB of log, with the count of what was left out.`;
  },
);

faultTest(
  'an app that holds a timer and an open server does not keep baton worker up after SIGTERM',
  {
    kind: 11,
    before: 'baton worker never ended after SIGTERM.',
  },
  async () => {
    const began = performance.now();
    worker.child.kill('SIGTERM');
    expect(await within(15_000, worker.closed)).toBe(0);
    return `It ended with code 0 after ${((performance.now() - began) / 1_000).toFixed(1)} s.`;
  },
);

faultTest(
  'garbage from the process of an isolated agent fails its own run at most, and the worker goes on',
  {
    kind: 8,
    before: 'process.send(null) in an isolated agent ended its worker, and again at each restart.',
  },
  async () => {
    const outcomes: Record<string, string> = {};
    for (const what of Object.keys(GARBAGE)) {
      const outcome = await runOf('garbler', { what });
      expect(outcome).not.toBe('still waiting');
      outcomes[what] = (outcome as { error?: { message: string } }).error?.message ?? 'completed';
    }
    expect(await runOf('polite')).toMatchObject({ status: 'completed', result: { result: { pid: worker.child.pid } } });
    // Node's own channel is not Baton's: what libraries say there is nothing to it.
    expect(outcomes).toMatchObject({ null: 'completed', text: 'completed', level: 'completed' });
    expect(outcomes.bytes).toMatch(/its process sent a message of \d+ bytes, of which 34603008 are allowed/);
    expect(outcomes.huge).toMatch(/its process sent a message of 4294967295 bytes/);
    expect(outcomes.frame).toMatch(/none of Baton's: Invalid input: expected object, received null/);
    expect(outcomes.method).toMatch(/its process sent a call of ctx\.__proto__, which is no function/);
    return `Of ${Object.keys(outcomes).length} kinds of garbage each failed its own run at most, with the reason; the same worker ran the next one.`;
  },
);

faultTest(
  'whatever workflow code leaves to fail in a promise, its worker goes on, and the run that stands still says why',
  {
    kind: 10,
    before:
      'A promise that failed with Object.create(null) in workflow code ended the worker, and each one that came next.',
  },
  async () => {
    const reasons = ['null-prototype', 'symbol', 'textless', 'cycle', 'long'] as const;
    const runs = await Promise.all(reasons.map((what) => baton.start(strays, { what })));
    const connection = await Connection.connect({ address });
    const { workflow } = new Client({ connection });
    const failing = runs.map(({ workflowId }) =>
      until(
        async () => (await workflow.getHandle(workflowId).describe()).raw.pendingWorkflowTask?.attempt ?? 0,
        (attempt) => attempt > 1,
      ),
    );
    await within(20_000, Promise.all(failing));
    expect(worker.child.exitCode).toBeNull();
    const env = { TEMPORAL_ADDRESS: address };
    const { stdout } = await callBaton(['show', (runs[0] as RunHandle).workflowId], { dataDir: dir.path, env });
    for (const { workflowId } of runs) await workflow.getHandle(workflowId).terminate('its test has seen enough');
    await connection.close();
    expect(stdout).toMatch(/strays[^]*an error that cannot be shown as text/);
    const nameless = await baton.start(strays, { what: 'nameless' });
    expect(await within(20_000, nameless.result())).toMatchObject({ result: 'went on' });
    expect(await runOf('polite')).toMatchObject({ status: 'completed', result: { result: { pid: worker.child.pid } } });
    return `${reasons.length} runs stand still, baton show names the workflow and the reason, and the same worker runs the next agent.`;
  },
);
