import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { connect } from '../../src/client.ts';
import { createOwnTasks } from '../../src/reconciler/own-tasks.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { faultTest } from '../support/fault-test.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { shared } from '../support/test-run.ts';
import { startTwoTemporals } from '../support/two-temporals.ts';
import { until } from '../support/until.ts';

let at: Awaited<ReturnType<typeof startTwoTemporals>>;
let way: Awaited<ReturnType<typeof startCutProxy>>;
let gateway: Awaited<ReturnType<typeof startTestGateway>>;
let stranger: Connection;
let own: Connection;
beforeAll(async () => {
  at = await startTwoTemporals();
  way = await startCutProxy(at.own);
  const env = { BATON_DATA_DIR: at.dataDir, BATON_ADHOC_PLANS: '1' };
  const { app, taskQueue } = at;
  gateway = await startTestGateway({ address: way.address, app, taskQueue, env });
  stranger = await Connection.connect({ address: at.stranger });
  own = await Connection.connect({ address: at.own });
});
afterAll(async () => {
  await gateway.stop();
  await way.stop();
  await stranger.close();
  await own.close();
  await at.stop();
});

/** Another server has the address from now on, as when one is replaced. */
function turn(address: string) {
  way.aim(address);
  way.cut();
  way.mend();
}

const ann = randomUUID();
const body = (run_id: string) => ({
  workflow: 'runPlan',
  run_id,
  input: { plan: { name: 'one', steps: [{ id: 'a', agent: 'booker', input: { what: run_id } }] } },
});

async function start(run_id: string) {
  const answer = await gateway.post(ann, '/v1/runs', body(run_id));
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
}

faultTest(
  'a run that another Temporal took, because it had the address for a moment, is not accepted, and starts where it belongs',
  {
    kind: 1,
    before: '`POST /v1/runs` answered 202 for a run that was started on the other Temporal, and never ended.',
    timeoutMs: 60_000,
  },
  async () => {
    expect(await start('first')).toEqual({ status: 202, code: undefined });
    turn(at.stranger);
    expect(await start('second')).toEqual({ status: 503, code: 'temporal_unavailable' });
    const { namespace } = shared();
    const left = new Client({ connection: stranger, namespace }).workflow.getHandle(`runPlan/${ann}/second`);
    const status = await left.describe().then(
      ({ status: { name } }) => name,
      () => 'not there',
    );
    expect(['TERMINATED', 'not there']).toContain(status);
    expect((await gateway.call(ann, '/v1/runs/first')).status).toBe(503);
    expect((await gateway.call(ann, '/v1/runs')).status).toBe(503);

    turn(at.own);
    expect((await gateway.call(ann, '/v1/runs/second')).status).toBe(404);
    expect(await start('second')).toEqual({ status: 202, code: undefined });
    expect(await start('second')).toEqual({ status: 200, code: undefined });
    at.letGo('first');
    at.letGo('second');
    await at.work(at.own);
    const ended = async () => {
      const { runs } = (await (await gateway.call(ann, '/v1/runs')).json()) as { runs: { status: string }[] };
      return runs.map((run) => run.status);
    };
    expect(await until(ended, (all) => !all.includes('running') && !all.includes('queued'))).toEqual([
      'completed',
      'completed',
    ]);
    return `It answers 503 \`temporal_unavailable\`, and 202 once the right one is back; the other Temporal's copy is ${status}.`;
  },
);

faultTest(
  'no agent runs for another Temporal that takes the address of a worker',
  {
    kind: 1,
    before: 'The worker polled the queue of the other Temporal, and its agents did what runs there asked for.',
    timeoutMs: 60_000,
  },
  async () => {
    const there = mkdtempSync(join(tmpdir(), 'baton-stranger-'));
    const options = { user: 'eve', app: at.app, address: at.stranger, dataDir: there, taskQueue: at.taskQueue };
    const eve = await connect(options);
    const run = await eve.start('runAgent', { agent: 'booker', input: { what: 'nothing' } });
    const worker = await at.work(way.address);
    const began = performance.now();
    turn(at.stranger);
    const ended = async () => worker.failed !== undefined || at.did.includes('book nothing');
    await until(ended, (is) => is);
    const ms = Math.round(performance.now() - began);
    expect(at.did).not.toContain('book nothing');
    expect(worker.failed).toMatchObject({ code: 'foreign_temporal' });
    expect(await run.describe()).toMatchObject({ ended_at: null });
    expect(await at.store.log.read({ userId: 'eve', after: 0, limit: 1 })).toEqual([]);

    turn(at.own);
    await run.terminate({ reason: 'the test is over' });
    await eve.close();
    rmSync(there, { recursive: true, force: true });
    return `Nothing is done there, no event of it reaches the log, and the worker ends with \`foreign_temporal\` after ${ms} ms.`;
  },
);

test("an agent in the workflow's own task runs at once on the log's own server", async () => {
  await at.work(at.own);
  const baton = await at.clientOf('fay');
  const input = { agent: 'quick', input: { what: 'hello' } };
  const { agents, result } = await baton.execute('runAgent', input);
  expect(result).toMatchObject({ result: { said: 'hello' } });
  expect(agents).toMatchObject([{ agent: 'quick', attempts: 1 }]);
  const types = (await at.until('fay', ['run_completed'])).map(({ type }) => type);
  expect(types).toEqual(['run_started', 'agent_started', 'agent_completed', 'run_completed']);
});

/** As the server begins a task's token. */
const tokenOf = (namespaceId: string) =>
  Buffer.concat([Buffer.from([0x0a, 36]), Buffer.from(namespaceId), Buffer.from([0x12, 0])]);

test("a task is the log's own by the namespace in its token, else only where its server has the run", async () => {
  const { namespace } = shared();
  const bound = (await at.store.binding.read())?.current.namespaceId ?? '';
  const foreign: Error[] = [];
  const onForeign = (error: Error) => void foreign.push(error);
  const { binding } = at.store;
  const here = { temporal: { connection: own, namespace, address: at.own }, binding, onForeign };
  const { refuseForeign } = await createOwnTasks(here);
  const { runId } = await new Client({ connection: own, namespace }).workflow
    .getHandle(`runPlan/${ann}/first`)
    .describe();
  const workflowExecution = { workflowId: `runPlan/${ann}/first`, runId };
  const nowhere = { ...workflowExecution, runId: randomUUID() };

  await refuseForeign({ taskToken: tokenOf(bound), isLocal: false, workflowExecution: nowhere });
  // A proxy may translate the namespace; an activity in the workflow's own task has a token of the worker's.
  await refuseForeign({ taskToken: tokenOf(randomUUID()), isLocal: false, workflowExecution });
  await refuseForeign({ taskToken: Buffer.from('any'), isLocal: true, workflowExecution });
  const gone = { taskToken: tokenOf(randomUUID()), isLocal: false, workflowExecution: nowhere };
  await expect(refuseForeign(gone)).rejects.toMatchObject({ code: 'foreign_temporal' });
  await expect(refuseForeign({ ...gone, isLocal: true })).rejects.toMatchObject({ code: 'foreign_temporal' });
  expect(foreign).toEqual([]);

  const there = await createOwnTasks({ ...here, temporal: { connection: stranger, namespace, address: at.stranger } });
  await expect(there.refuseForeign(gone)).rejects.toMatchObject({ code: 'foreign_temporal' });
  expect(foreign).toHaveLength(1);
});
