import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { connect, type BatonClient } from '../../src/client.ts';
import app from '../support/faulty/app.ts';
import { faultTest } from '../support/fault-test.ts';
import { shared } from '../support/test-run.ts';
import { callBaton } from './call-baton.ts';
import { spawnBaton, temporaryDir } from './run-baton.ts';

const MODULE = 'test/support/faulty/app.ts';
const PLACE = /test\/support\/faulty\/(app\.ts:8|workflows\.ts:6):\d+/;
const user = `faulty-${randomUUID()}`;
let dir: Awaited<ReturnType<typeof temporaryDir>>;
let baton: BatonClient;
let connection: Connection;
let worker: ReturnType<typeof spawnBaton>;

const command = () => ({ dataDir: dir.path, env: { TEMPORAL_ADDRESS: shared().address } });

beforeAll(async () => {
  dir = await temporaryDir();
  worker = spawnBaton(['worker', MODULE, '--task-queue', user], command());
  await worker.until(/on queue/);
  const { address } = shared();
  connection = await Connection.connect({ address });
  baton = await connect({ user, app, address, dataDir: dir.path, taskQueue: user });
}, 60_000);

afterAll(async () => {
  await baton.close();
  await connection.close();
  worker.child.kill('SIGTERM');
  await worker.closed;
  await dir[Symbol.asyncDispose]();
});

/** What Temporal UI shows of the failures of a run's activities. */
async function tracesInTemporal(workflowId: string): Promise<string> {
  const { workflow } = new Client({ connection, namespace: shared().namespace });
  const { events } = await workflow.getHandle(workflowId).fetchHistory();
  const failures = (events ?? []).flatMap((event) => {
    const failed = event.activityTaskFailedEventAttributes ?? event.workflowExecutionFailedEventAttributes;
    return failed?.failure ?? [];
  });
  return failures.map(({ stackTrace, cause }) => `${stackTrace}\n${cause?.stackTrace}`).join('\n');
}

faultTest(
  'the file and line where an agent, a tool, an isolated agent or a workflow threw are in show, the log and Temporal, not in the feed',
  {
    kind: 34,
    timeoutMs: 60_000,
    before: 'no stack of the own code was anywhere; the log of the worker had `"error":{}`.',
  },
  async () => {
    for (const agent of ['typo', 'shopper', 'apart', 'mistyped'] as const) {
      const own = agent === 'mistyped';
      const run = own ? await baton.startNamed(agent, {}) : await baton.start('runAgent', { agent, input: {} });
      expect((await run.result()).status).toBe('failed');
      const shown = await callBaton(['show', run.workflowId], command());
      expect([agent, shown.stdout]).toEqual([agent, expect.stringMatching(new RegExp(`thrown at .*${PLACE.source}`))]);
      expect([agent, await tracesInTemporal(run.workflowId)]).toEqual([agent, expect.stringMatching(PLACE)]);
      const log = worker.output.stdout.split('\n').filter((line) => line.includes(run.workflowId));
      expect([agent, log.join('\n')]).toEqual([agent, expect.stringMatching(PLACE)]);
      for await (const event of run.events()) expect(JSON.stringify(event)).not.toMatch(/(app|workflows)\.ts/);
    }
    return 'All four name their line of the module in show, in the log of the worker and in Temporal; no event of a run does.';
  },
);

faultTest(
  'workflow code that imports an agent instead of its type is named with the way to it, and what to do',
  { kind: 34, timeoutMs: 60_000, before: 'the command ended with "Webpack finished with errors" and a link.' },
  async () => {
    const args = ['worker', 'test/support/faulty/greedy-app.ts', '--task-queue', `${user}-greedy`];
    const greedy = spawnBaton(args, command());
    expect(await greedy.closed).not.toBe(0);
    expect(greedy.output.stderr).toMatch(
      /the workflows cannot be bundled: \S*greedy-workflows\.ts imports \S*faulty\/app\.ts imports .*`import type`/s,
    );
    return 'it names greedy-workflows.ts, app.ts and what they lead to, and `import type` as the remedy.';
  },
);
