import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunHandle } from '../../src/client.ts';
import type { NewEvent } from '../../src/contracts/event.ts';
import { isRunEnd } from '../../src/contracts/is-run-end.ts';
import type { EventLog } from '../../src/notifier/event-log.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { newEvent } from '../notifier/events.ts';
import { outcomeWithin, startEndingStage, type EndingStage } from '../support/ending-stage.ts';
import * as workflows from '../support/ending-workflows.ts';
import { faultTest } from '../support/fault-test.ts';
import { losingEnds } from '../support/losing-ends.ts';
import { until } from '../support/until.ts';

/** Runs whose end is in the log while their workflow has not heard of it yet. */
const held = new Map<string, PromiseWithResolvers<void>>();

/** Runs whose own ends the log loses. */
const lost = new Set<string>();

/** A log that is slow to say that it has taken a decision or an end. */
function slowLog(whole: EventLog) {
  const log = losingEnds(whole, lost);
  async function linger(events: readonly NewEvent[]) {
    for (const event of events) {
      if (isRunEnd(event)) await held.get(event.run_id)?.promise;
      if (event.type === 'approval_decided') await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }
  return {
    ...log,
    async publish(event: NewEvent) {
      await log.publish(event);
      await linger([event]);
    },
    async end(...[events, outcome]: Parameters<EventLog['end'] & object>) {
      await log.end(events, outcome);
      await linger(events);
    },
  };
}

let at: EndingStage;
beforeAll(async () => {
  at = await startEndingStage({ guard: slowLog });
});
afterAll(() => at.stop());

faultTest(
  'what comes between the publication of an end and the closing changes nothing, anywhere',
  {
    kind: 2,
    before: 'a run whose feed said completed was cancelled or terminated by result(), GET and the list',
  },
  async () => {
    const baton = await at.clientOf('bea');
    const actions: [string, (run: RunHandle) => Promise<unknown>][] = [
      ['cancel', (run) => run.cancel()],
      ['terminate', (run) => run.terminate({ reason: 'too late' })],
      ['signal', (run) => at.temporal.workflow.getHandle(run.workflowId).signal('pause', { by: 'bea' })],
    ];
    const ends = actions.map(async ([what, act]) => {
      const runId = `between-${what}`;
      held.set(runId, Promise.withResolvers());
      const run = await baton.start(workflows.brief, { what }, { runId });
      expect(await at.endOf(run)).toMatchObject({ status: 'completed' });
      await act(run);
      held.get(runId)?.resolve();
      const outcome = await run.result();
      await at.temporal.workflow
        .getHandle(run.workflowId)
        .result()
        .catch(() => undefined);
      const listed = await until(
        () => at.listed(run),
        (status) => status !== undefined,
      );
      const types = (await at.eventsOf(run)).map(({ type }) => type);
      return { outcome, after: await at.get(run), again: await run.result(), listed, types };
    });
    for (const { outcome, after, again, listed, types } of await Promise.all(ends)) {
      const completed = { status: 'completed', result: { said: expect.any(String) } };
      expect(outcome).toMatchObject(completed);
      expect(after).toMatchObject(completed);
      expect(again).toEqual(outcome);
      expect(listed).toBe('completed');
      expect(types.filter((type) => type !== 'operator_action')).toEqual(['run_started', 'run_completed']);
    }
    return 'completed with its result in feed, GET, list and result(), after a cancel, a terminate and a signal in between';
  },
);

faultTest(
  'a decision that races with its expiry is answered, shown and followed as one',
  {
    kind: 2,
    before:
      '14 of 56 runs whose feed said rejected by expiry bought, since the message came while the last task was under way',
  },
  async () => {
    const baton = await at.clientOf('cleo');
    const EXPIRES_MS = 400;
    const races = Array.from({ length: 24 }, async (_, n) => {
      const run = await baton.start(workflows.shop, { what: '', expiresMs: EXPIRES_MS });
      // A third as a person decides, a third as Temporal's own tools do, a third of those once the feed says expired.
      const [decides, waits] = [n % 3 === 0, n % 3 === 2];
      for await (const { type, payload } of run.events()) {
        if (type === 'approval_decided') break;
        if (type !== 'approval_requested' || waits) continue;
        const expiresAt = Date.parse(payload.expires_at);
        await new Promise((resolve) => setTimeout(resolve, expiresAt - Date.now() + (n % 8) * 12 - 30));
        break;
      }
      const message = { approval_id: 'buy', decision: 'buy', by: 'cleo' };
      const handle = at.temporal.workflow.getHandle(run.workflowId);
      const answer = await (decides ? run.decide(message) : handle.signal('decide', message)).then(
        () => 'taken',
        (error: { code?: string }) => error.code ?? 'closed',
      );
      const outcome = await outcomeWithin(run, 10_000);
      const told = (await at.eventsOf(run)).flatMap(({ type, payload }) =>
        type === 'approval_decided' ? [payload] : [],
      );
      return { decides, answer, told, outcome };
    });
    const seen = await Promise.all(races);
    for (const { decides, answer, told, outcome } of seen) {
      expect(told).toHaveLength(1);
      const bought = told[0]?.by === 'cleo';
      expect(outcome?.result).toEqual({ bought, by: told[0]?.by });
      if (decides) expect(bought ? ['taken'] : ['already_decided', 'not_asked']).toContain(answer);
    }
    const bought = seen.filter(({ told }) => told[0]?.by === 'cleo').length;
    return `${seen.length} races, ${bought} won by the person: each run did what its feed says, and decide() answered the same`;
  },
);

test('a decision after its expiry was claimed is refused with 409, though the run has not said so yet', async () => {
  const baton = await at.clientOf('dora');
  const run = await baton.start(workflows.shop, { what: '', expiresMs: 150 });
  await outcomeWithin(run, 10_000);
  const second = await baton.start(workflows.shop, { what: '', expiresMs: 60_000 });
  for await (const { type } of second.events()) if (type === 'approval_requested') break;
  const key = { workflowId: second.workflowId, approvalId: 'buy' };
  const claimed = { ...key, userId: 'dora', decision: 'leave', by: 'expiry', at: new Date().toISOString() };
  await at.store.decisions.decide(claimed);
  const answer = await at.gateway.post('dora', `/v1/runs/${second.runId}/approvals/buy`, { decision: 'buy' });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ code: 'already_decided', first: { by: 'expiry', decision: 'leave' } });
  expect((await second.result()).result).toEqual({ bought: false, by: 'expiry' });
});

faultTest(
  'GET never says completed without the result',
  { kind: 2, before: 'a third of the answers said completed with `result: null`' },
  async () => {
    const baton = await at.clientOf('elsa');
    const looked = Array.from({ length: 6 }, async (_, n) => {
      const runId = `looked-${n}`;
      held.set(runId, Promise.withResolvers());
      const run = await baton.start(workflows.brief, { what: String(n) }, { runId });
      await at.endOf(run);
      // Its workflow cannot close before it hears that the log has taken its end.
      return at.get(run).finally(held.get(runId)?.resolve);
    });
    const results = (await Promise.all(looked)).map(({ status, result }) => ({ status, result }));
    expect(results).toEqual(results.map((_, n) => ({ status: 'completed', result: { said: String(n) } })));
    return `${results.length} of ${results.length} answers right after the end in the feed had the result`;
  },
);

faultTest(
  'a result lives as long as the events, also of a run that Temporal does not know any more',
  { kind: 4, before: 'result() said "there is no run" of a run that find() and events() knew' },
  async () => {
    const baton = await at.clientOf('fred');
    // As the log has a run, and Temporal had it before its retention was over.
    const ofRun = { user_id: 'fred', run_id: 'old', workflow_id: 'brief/fred/old' };
    const ended = { status: 'completed' as const, summary: 'done', execution_time_ms: 7 };
    const outcome = { run_id: 'old', workflow_id: 'brief/fred/old', workflow: 'brief', agents: [], ...ended };
    await at.store.log.append(
      [
        newEvent('run_started', { ...ofRun, payload: { workflow: 'brief', agents: [] } }),
        newEvent('run_completed', { ...ofRun, payload: ended }),
      ],
      { outcome: { ...outcome, result: { said: 'kept' } } },
    );
    const run = await baton.find('old');
    await expect(run?.result()).resolves.toMatchObject({ status: 'completed', result: { said: 'kept' } });
    expect(run && (await at.get(run))).toMatchObject({ status: 'completed', result: { said: 'kept' } });
    // Older code kept no outcome: the rest is known all the same.
    const older = { ...ofRun, run_id: 'older', workflow_id: 'brief/fred/older' };
    const failed = { ...ended, status: 'failed' as const, error: { type: 'ToolFailed' as const, message: 'it broke' } };
    await at.store.log.append([newEvent('run_started', older), newEvent('run_failed', { ...older, payload: failed })]);
    await expect(baton.run('older', 'brief').result()).resolves.toMatchObject({
      status: 'failed',
      error: failed.error,
    });
    await expect(baton.run('never', 'brief').result()).rejects.toMatchObject({ code: 'not_found' });
    return 'result() and GET give the outcome from the log, and what the events say where older code left none';
  },
);

test('a run whose end the reconciler publishes keeps its outcome, and ends in its own words', async () => {
  const baton = await at.clientOf('gus');
  const { workflow: client } = at.temporal;
  const stop = startReconciler({ ...at.store, client, everyMs: 100, taskQueue: at.taskQueue });
  for (const runId of ['completed', 'stopped']) lost.add(runId);
  const completed = await baton.start(workflows.brief, { what: 'kept' }, { runId: 'completed' });
  const stopped = await baton.start(workflows.shop, { what: '' }, { runId: 'stopped' });
  for await (const { type } of stopped.events()) if (type === 'approval_requested') break;
  await stopped.cancel();
  const kept = await Promise.all(
    [completed, stopped].map(async (run) => {
      await at.endOf(run);
      return at.store.log.outcome({ userId: 'gus', workflowId: run.workflowId });
    }),
  );
  await stop();
  expect(kept).toMatchObject([
    { status: 'completed', workflow: 'brief', result: { said: 'kept' } },
    { status: 'cancelled', workflow: 'shop' },
  ]);
  const ends = (await at.eventsOf(stopped)).filter(isRunEnd);
  // Only the run itself knows how long it took to stop.
  expect(ends).toMatchObject([{ type: 'run_cancelled', payload: { time_to_stop_ms: expect.any(Number) } }]);
});
