import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { startEndingStage, type EndingStage } from '../support/ending-stage.ts';
import * as workflows from '../support/ending-workflows.ts';
import { faultTest } from '../support/fault-test.ts';
import { until } from '../support/until.ts';

let at: EndingStage;
beforeAll(async () => {
  at = await startEndingStage();
});
afterAll(() => at.stop());

/** As after a log that was lost, or put back from an older copy, while its runs went on. */
function forgetAll() {
  const db = new DatabaseSync(`${at.dataDir}/events.sqlite`);
  for (const table of ['events', 'runs', 'agents', 'run_ids']) db.exec(`DELETE FROM ${table}`);
  db.close();
}

faultTest(
  'a run that waits while its log was lost is found at once, by its user alone, and can be answered',
  {
    kind: 4,
    before:
      '`GET`, cancel, pause, resume and decisions were 404 until the next event of the run, which was an answer away.',
  },
  async () => {
    const baton = await at.clientOf('ann');
    const run = await baton.start(workflows.shop, { what: '' });
    await until(
      () => at.listed(run),
      (status) => status === 'waiting',
    );
    forgetAll();
    expect(await at.get(run)).toMatchObject({
      status: 'waiting',
      approvals: [{ approval_id: 'buy', question: 'Buy it?' }],
    });
    const path = `/v1/runs/${run.runId}`;
    expect((await at.gateway.call('bob', path)).status).toBe(404);
    expect((await at.gateway.call('ann', '/v1/runs/another')).status).toBe(404);
    expect((await baton.find(run.runId))?.workflowId).toBe(run.workflowId);
    const paused = await at.gateway.post('ann', `${path}/pause`, {});
    const resumed = await at.gateway.post('ann', `${path}/resume`, {});
    const decided = await at.gateway.post('ann', `${path}/approvals/buy`, { decision: 'buy' });
    expect([paused.status, resumed.status, decided.status]).toEqual([202, 202, 200]);
    expect(await run.result()).toMatchObject({ status: 'completed', result: { bought: true, by: 'ann' } });
    return '`GET` shows it as waiting, with its question; pause and resume are 202 and the decision 200. For another user it is 404.';
  },
);

faultTest(
  'of a run that Temporal does not have, and the log has open, no call says that there is none',
  {
    kind: 4,
    before:
      '`terminate`, `retry`, `state` and `pause` said "there is no run", while its events and `GET` showed it as running.',
  },
  async () => {
    const baton = await at.clientOf('cem');
    const run = await baton.start(workflows.shop, { what: '' });
    await until(
      () => at.eventsOf(run),
      (events) => events.some(({ type }) => type === 'approval_requested'),
    );
    const { workflowId } = run;
    await at.temporal.workflowService.deleteWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId },
    });
    await until(
      () => run.describe(),
      (described) => described === undefined,
    );
    const calls = [
      run.terminate({ reason: 'it hangs' }),
      run.retry(),
      run.state(),
      run.pause(),
      run.cancel(),
      run.retryNow(),
      run.agentResults(),
    ];
    const errors = await Promise.all(
      calls.map((call) =>
        call.then(
          () => 'done',
          (error: { code?: string }) => error.code,
        ),
      ),
    );
    expect(new Set(errors)).toEqual(new Set(['unknown_to_temporal']));
    await expect(run.terminate({ reason: 'it hangs' })).rejects.toMatchObject({
      message: expect.stringMatching(/which is open in the log since \S+; it is stalled .* "baton doctor --rebind"/),
    });
    const paths = ['cancel', 'pause', 'retry'].map((action) => `/v1/runs/${run.runId}/${action}`);
    const statuses = await Promise.all(paths.map(async (path) => (await at.gateway.post('cem', path, {})).status));
    expect(statuses).toEqual([503, 503, 503]);
    return 'Each says `unknown_to_temporal`, since when the run is open in the log, and what to do; over HTTP it is 503.';
  },
);
