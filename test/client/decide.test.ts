import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineAgent } from '../../src/agents/define-agent.ts';
import { z } from 'zod';
import { decide } from '../../src/client/decide.ts';
import { openFeedSource } from '../../src/client/feed-source.ts';
import { startReconciler } from '../../src/reconciler/start-reconciler.ts';
import { startTestClient } from '../support/test-client.ts';
import { until } from '../support/until.ts';

/** Gives what its user decided. */
const asker = defineAgent({
  name: 'asker',
  input: z.unknown(),
  output: z.object({ decision: z.string(), by: z.string() }),
  async run(_input, { ask }) {
    const { decision, by } = await ask({ id: 'go', question: 'Go on?' });
    return { decision, by };
  },
});

let at: Awaited<ReturnType<typeof startTestClient>>;
beforeAll(async () => {
  at = await startTestClient({ agents: [asker] });
});
afterAll(() => at.stop());

async function asking(user: string) {
  const baton = await at.clientOf(user);
  const run = await baton.start('runAgent', { agent: 'asker', input: {} });
  for await (const { type, payload } of run.events()) {
    if (type === 'approval_requested') return { run, id: payload.approval_id };
  }
  throw new Error('nothing was asked');
}

const keyOf = (run: { workflowId: string }, approvalId: string) => ({ workflowId: run.workflowId, approvalId });

test('a decision is recorded, sent and counted once; another one is refused with the first one shown', async () => {
  const { run, id } = await asking('ann');
  const first = { approval_id: id, decision: 'approve', by: 'ann', comment: 'fine' };
  await expect(run.approve(id, { comment: 'fine' })).resolves.toMatchObject(first);
  await expect(run.decide(first)).resolves.toMatchObject(first);
  const refusal = { code: 'already_decided', details: { first }, message: expect.stringContaining('approve, by ann') };
  await expect(run.reject(id)).rejects.toMatchObject(refusal);
  expect((await run.result()).result).toMatchObject({ result: { decision: 'approve', by: 'ann' } });
  expect(await at.store.decisions.get(keyOf(run, id))).toMatchObject({ decision: 'approve', userId: 'ann' });
  expect(await at.store.decisions.undelivered()).toEqual([]);
  await expect(run.reject(id)).rejects.toMatchObject(refusal);
});

test('of many who decide at the same moment one is taken, and the run follows that one', async () => {
  const { run, id } = await asking('bea');
  const answers = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) =>
      run.decide({ approval_id: id, decision: n % 2 ? 'approve' : 'reject', by: `person-${n}` }),
    ),
  );
  const taken = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.by] : []));
  expect(taken).toHaveLength(1);
  expect((await run.result()).result).toMatchObject({ result: { by: taken[0] } });
});

test('what is not asked, is no option, or was decided by a message to the run itself is refused', async () => {
  const { run, id } = await asking('cleo');
  await expect(run.approve('other')).rejects.toMatchObject({ code: 'not_asked' });
  await expect(run.decide({ approval_id: id, decision: 'maybe' })).rejects.toMatchObject({ code: 'no_such_option' });
  await expect(run.decide({ approval_id: id, decision: '' })).rejects.toMatchObject({ code: 'malformed' });
  const workflow = at.temporal.workflow.getHandle(run.workflowId);
  await workflow.executeUpdate('decide', { args: [{ approval_id: id, decision: 'reject', by: 'operator' }] });
  for await (const { type } of run.events()) if (type === 'approval_decided') break;
  await expect(run.approve(id)).rejects.toMatchObject({
    message: expect.stringMatching(/reject, by operator|has ended/),
  });
  expect(await at.store.decisions.get(keyOf(run, id))).toMatchObject({ decision: 'reject', by: 'operator' });
});

test('one that came too late, before the log told so, is refused with the one that the run follows', async () => {
  const { run, id } = await asking('cora');
  const { workflowId, runId } = run;
  const where = { userId: 'cora', runId };
  const feed = await openFeedSource({ storeUrl: `sqlite:${at.dataDir}/events.sqlite`, fsync: 'normal' });
  const before = await feed.fold(where);
  const workflow = at.temporal.workflow.getHandle(workflowId);
  await workflow.executeUpdate('decide', { args: [{ approval_id: id, decision: 'reject', by: 'operator' }] });
  for await (const { type } of run.events()) if (type === 'approval_decided') break;
  const folds = [before];
  const late = {
    ...feed,
    fold: (asked: typeof where) => (folds.length > 0 ? Promise.resolve(folds.pop()) : feed.fold(asked)),
  };
  const client = at.temporal.workflow;
  await expect(
    decide({ client, feed: late, workflowId, ...where }, { approval_id: id, decision: 'approve', by: 'cora' }),
  ).rejects.toMatchObject({ code: 'already_decided', message: expect.stringContaining('reject, by operator') });
  await feed.close();
});

test('a decision that was recorded but never sent is sent by the reconciler, also if no worker was up', async () => {
  const { run, id } = await asking('dora');
  await at.stopWorkers();
  // The process that took it died between recording and sending.
  const taken = { ...keyOf(run, id), userId: 'dora', decision: 'approve', by: 'dora', at: new Date(0).toISOString() };
  await at.store.decisions.decide(taken);
  expect(await at.store.decisions.undelivered()).toEqual([taken]);
  const { workflow: client } = at.temporal;
  const stop = startReconciler({ ...at.store, client, everyMs: 100, taskQueue: at.taskQueue });
  await until(at.store.decisions.undelivered, ({ length }) => length === 0);
  await stop();
  await at.startWorker();
  expect((await run.result()).result).toMatchObject({ result: { decision: 'approve', by: 'dora' } });
  await expect(run.reject(id)).rejects.toMatchObject({ code: 'already_decided' });
});
