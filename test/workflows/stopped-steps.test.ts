import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../../src/contracts/event.ts';
import type { PlanResult, PlanStep } from '../../src/contracts/plan.ts';
import type { RunOutcome } from '../../src/contracts/run.ts';
import { gatedAgents } from '../support/gated-agents.ts';
import { openTestStores } from '../support/open-test-stores.ts';
import { expectResultAsFeed } from '../support/plan-invariants.ts';
import { startTestWorker } from '../support/test-run.ts';
import { until as untilTrue } from '../support/until.ts';

const { agents, open } = gatedAgents();
let store: Awaited<ReturnType<typeof openTestStores>>;
let t: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  store = await openTestStores();
  t = await startTestWorker({ agents, notifier: store.log, maxConcurrentAgents: 3 });
});
afterAll(async () => {
  await t.stop();
  await store.remove();
});

const gated = (id: string, more: object = {}) => ({ id, agent: 'gated', input: { name: id }, ...more });

/** A parallel plan under way, of which a test reads the feed and at last the result, each checked against the other. */
async function begin(steps: PlanStep[]) {
  const userId = `stopped_${randomUUID()}`;
  const plan = { name: 'p', strategy: 'parallel' as const, steps };
  const { handle, workflowId } = await t.start('runPlan', { plan }, { userId });
  const events = () => store.log.read({ userId, after: 0, limit: 10_000 });

  function until(isMet: (event: NewEvent) => boolean, times = 1) {
    return untilTrue(events, (found) => found.filter(isMet).length >= times);
  }

  async function cancelled() {
    await handle.cancel();
    await expect(handle.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    const outcome = (await store.log.outcome({ userId, workflowId })) as RunOutcome<PlanResult>;
    const told = await events();
    expectResultAsFeed({ steps, strategy: 'parallel', events: told, outcome });
    return (outcome.result?.steps ?? []).map(({ id, status, attempts }) => `${id} ${status} ${attempts}`);
  }

  return { handle, until, cancelled };
}

test('of a cancelled plan the result says how often each step was tried, also of one that waited', async () => {
  const retry = { max_attempts: 4, initial_interval_ms: 20, backoff: 1_000, max_interval_ms: 60_000 };
  const { until, cancelled } = await begin([
    gated('first'),
    gated('busy'),
    { id: 'waits', agent: 'failing', input: {}, retry },
    gated('one', { needs: ['first'] }),
    gated('two', { needs: ['first'] }),
    gated('late', { needs: ['first'] }),
    gated('never', { needs: ['late'] }),
  ]);
  await until(({ type }) => type === 'agent_retrying', 2);
  open('first');
  await until(({ type }) => type === 'agent_queued');
  const steps = await cancelled();
  expect(steps.slice(0, 3)).toEqual(['first completed 1', 'busy cancelled 1', 'waits cancelled 2']);
  // Which one found no place is the server's choice.
  expect(
    steps
      .slice(3, 6)
      .map((text) => text.replace(/^\w+ /, ''))
      .toSorted(),
  ).toEqual(['cancelled 0', 'cancelled 1', 'cancelled 1']);
  expect(steps[6]).toBe('never skipped 0');
});

test('a step that a pause held up until its run was cancelled is skipped', async () => {
  const { handle, until, cancelled } = await begin([gated('before'), gated('held', { needs: ['before'] })]);
  await until(({ type }) => type === 'agent_thinking');
  await handle.executeUpdate('pause', { args: [{ by: 'ops' }] });
  open('before');
  await until(({ type }) => type === 'agent_completed');
  expect(await cancelled()).toEqual(['before completed 1', 'held skipped 0']);
});
