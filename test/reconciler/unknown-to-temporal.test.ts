import { afterAll, beforeAll, expect } from '@jest/globals';
import { faultTest } from '../support/fault-test.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { startReconciledWorker } from '../support/reconciled-worker.ts';
import { until } from '../support/until.ts';

const { agents } = gatedAgents();
let at: Awaited<ReturnType<typeof startReconciledWorker>>;
beforeAll(async () => {
  // The answers come sooner one after the other than in production.
  at = await startReconciledWorker({ agents, lostAfter: { answers: 3, everyMs: 300 } });
});
afterAll(() => at.stop());

/** A run that Temporal forgets while its agent is at work; `endsBy` is when it is over at the latest. */
async function forgotten(userId: string, endsBy: Date) {
  const input = { agent: 'gated', input: { name: userId } };
  const { handle, workflowId } = await at.worker.start('runAgent', input, { userId });
  const runId = workflowId.split('/')[2] as string;
  const claim = { userId, runId, workflow: 'runAgent', requestSha256: '', endsBy: endsBy.toISOString() };
  await at.stores.runIds.claim(claim);
  await at.until(userId, ({ type }) => type === 'agent_thinking');
  const workflowExecution = { workflowId };
  await at.client.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution });
  await until(
    () =>
      handle.describe().then(
        () => false,
        () => true,
      ),
    (gone) => gone,
  );
  return workflowId;
}

const word = (type: string) => /^run_(stalled|recovered|failed)$/.test(type);

faultTest(
  'a run that Temporal does not have is stalled, and lost only when it has said so for long after its deadline',
  {
    kind: 1,
    before: 'At the first answer that there is no such run its user was told that it had failed.',
    timeoutMs: 60_000,
  },
  async () => {
    await forgotten('ann', new Date(Date.now() + 3_600_000));
    const events = await at.until('ann', ({ type }) => word(type));
    expect(events.at(-1)).toMatchObject({ type: 'run_stalled', payload: { reason: 'unknown_to_temporal' } });

    await forgotten('ben', new Date(Date.now() - 1_000));
    const told = await at.until('ben', ({ type }) => type === 'run_failed');
    expect(told.map(({ type }) => type).filter(word)).toEqual(['run_stalled', 'run_failed']);
    expect(told.at(-1)?.payload).toMatchObject({ status: 'failed', reason: 'lost' });
    const [stalled, failed] = told.filter(({ type }) => word(type)).map(({ at: time }) => Date.parse(time));
    const later = await at.stores.log.read({ userId: 'ann', after: 0, limit: 100 });
    expect(later.map(({ type }) => type).filter(word)).toEqual(['run_stalled']);
    return `It is stalled as \`unknown_to_temporal\`; past its deadline it is lost ${(failed ?? 0) - (stalled ?? 0)} ms later, after 3 answers 300 ms apart (in use 4, a minute apart).`;
  },
);

faultTest(
  'a decision on a run that Temporal does not have is kept until the log says that the run has ended',
  {
    kind: 1,
    before: 'At the answer that there is no such run the decision was marked as delivered, and never sent again.',
    timeoutMs: 60_000,
  },
  async () => {
    const { decisions } = at.stores;
    const decide = (workflowId: string, userId: string, ageMs: number) =>
      decisions.decide({
        workflowId,
        userId,
        approvalId: 'a',
        decision: 'approve',
        by: userId,
        at: new Date(Date.now() - ageMs).toISOString(),
      });
    const input = { agent: 'gated', input: { name: 'dee' } };
    const live = await at.worker.start('runAgent', input, { userId: 'dee' });
    const lost = await forgotten('cem', new Date(Date.now() + 3_600_000));
    // The oldest is sent first: once the second has been sent, the first has been tried.
    await decide(lost, 'cem', 60_000);
    await decide(live.workflowId, 'dee', 30_000);
    const waiting = async () => (await decisions.undelivered()).map(({ userId }) => userId);
    await until(waiting, (users) => !users.includes('dee'));
    expect(await waiting()).toEqual(['cem']);
    await live.handle.terminate();
    return 'The decision still waits to be sent after the reconciler has tried.';
  },
);
