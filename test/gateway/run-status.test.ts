import { afterAll, beforeAll, expect } from '@jest/globals';
import type { RunHandle } from '../../src/client.ts';
import { startEndingStage, type EndingStage } from '../support/ending-stage.ts';
import * as workflows from '../support/ending-workflows.ts';
import { faultTest } from '../support/fault-test.ts';
import { until } from '../support/until.ts';

let at: EndingStage;
beforeAll(async () => {
  at = await startEndingStage();
});
afterAll(() => at.stop());

const openQuestions = ({ approvals }: { approvals: { approval_id: string }[] }) =>
  approvals.map(({ approval_id }) => approval_id);

/** The run by GET, once its feed has this event, and by the list, once that has caught up. */
async function shownAfter(run: RunHandle, type: string, status: string) {
  await until(
    () => at.eventsOf(run),
    (events) => events.some((event) => event.type === type),
  );
  const shown = await at.get(run);
  expect(shown).toMatchObject({ status });
  expect(await run.state()).toMatchObject({ status });
  await until(
    () => at.listed(run),
    (listed) => listed === status,
  );
  return shown;
}

faultTest(
  'a run that is paused and asks is paused, and waits again once it is resumed',
  {
    kind: 3,
    before:
      'after a resume feed, page and GET said running while the run waited; a question asked while paused was shown as waiting',
  },
  async () => {
    const baton = await at.clientOf('ann');
    const run = await baton.start(workflows.shop, { what: '' });
    expect(openQuestions(await shownAfter(run, 'approval_requested', 'waiting'))).toEqual(['buy']);
    await run.pause();
    const paused = await shownAfter(run, 'run_paused', 'paused');
    expect(openQuestions(paused)).toEqual(['buy']);
    await run.resume();
    const resumed = await shownAfter(run, 'run_resumed', 'waiting');
    expect([paused.paused_by, resumed.paused_by]).toEqual(['ann', null]);
    await run.decide({ approval_id: 'buy', decision: 'leave' });
    expect((await run.result()).status).toBe('completed');
    return 'waiting, paused (by ann, one open question), waiting: the same in feed, GET, list and the run itself';
  },
);

faultTest(
  'a question that comes while the run is paused leaves it paused',
  { kind: 3, before: 'feed and GET said waiting, though the run was paused and started nothing' },
  async () => {
    const baton = await at.clientOf('bob');
    const client = at.temporal.workflow;
    await at.stopWorkers();
    const run = await baton.start(workflows.shop, { what: '' });
    expect(await at.get(run)).toMatchObject({ status: 'queued' });
    await client.getHandle(run.workflowId).signal('pause', { by: 'bob' });
    await at.startWorker();
    const shown = await shownAfter(run, 'approval_requested', 'paused');
    expect(openQuestions(shown)).toEqual(['buy']);
    await run.cancel();
    expect((await run.result()).status).toBe('cancelled');
    expect(await at.get(run)).toMatchObject({ status: 'cancelled', paused_by: null, approvals: [] });
    return 'queued before a worker came, then paused with one open question, then cancelled with none';
  },
);

faultTest(
  'the first event of a run is that it started, whatever comes right after the start',
  { kind: 5, before: 'a cancel right after the start was shown as `agent_cancelling` before `run_started`' },
  async () => {
    const baton = await at.clientOf('cora');
    const client = at.temporal.workflow;
    const acts: ((run: RunHandle) => Promise<unknown>)[] = [
      (run) => client.getHandle(run.workflowId).cancel(),
      async (run) => {
        await client.getHandle(run.workflowId).signal('pause', { by: 'cora' });
        await client.getHandle(run.workflowId).signal('resume', { by: 'cora' });
      },
      async () => undefined,
    ];
    const firsts: string[] = [];
    for (const act of acts) {
      // So that start and message come to the run in its first task.
      await at.stopWorkers();
      const runs = [
        await baton.start('runAgent', { agent: 'echo', input: {} }),
        await baton.start('runAgent', { agent: 'echo_local', input: {} }),
        await baton.startNamed('side-by-side', {}),
      ];
      for (const run of runs) await act(run);
      await at.startWorker();
      for (const run of runs) {
        await run.result();
        firsts.push(...(await at.eventsOf(run)).slice(0, 1).map(({ type }) => type));
      }
    }
    expect(firsts).toEqual(Array(9).fill('run_started'));
    return `${firsts.length} of ${firsts.length} runs that were cancelled, paused or left alone at their start began with run_started`;
  },
);
