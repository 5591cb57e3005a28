import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import fc from 'fast-check';
import { defineApp } from '../../src/agents/define-app.ts';
import { connect } from '../../src/client.ts';
import { openFeedSource } from '../../src/client/feed-source.ts';
import type { PlanResult } from '../../src/contracts/plan.ts';
import { preparePlan } from '../../src/plans/prepare-plan.ts';
import { expectOwnFeed } from '../support/feed-figures.ts';
import { newStoreFolder, openStoresAt } from '../support/open-test-stores.ts';
import {
  expectCompensations,
  expectDependencyOrder,
  expectOneEndEach,
  expectResultAsFeed,
  type PlanEnd,
} from '../support/plan-invariants.ts';
import { flaky, randomRun, type RandomRun } from '../support/random-plans.ts';
import { shared, startTestWorker } from '../support/test-run.ts';

/** More by `BATON_PROPERTY_RUNS=200`; a seed that failed is tried again by `BATON_PROPERTY_SEED`. */
const { BATON_PROPERTY_RUNS: runs = '8', BATON_PROPERTY_SEED: seed } = process.env;

const app = defineApp({ agents: [flaky] });
const folder = newStoreFolder();
let store: Awaited<ReturnType<typeof openStoresAt>>;
let feed: Awaited<ReturnType<typeof openFeedSource>>;
let connection: Connection;
let t: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  store = await openStoresAt(folder.path);
  feed = await openFeedSource({ storeUrl: `sqlite:${folder.path}`, fsync: 'normal' });
  connection = await Connection.connect({ address: shared().address });
  t = await startTestWorker({ agents: [flaky], notifier: store.log });
});
afterAll(async () => {
  await t.stop();
  await connection.close();
  await feed.close();
  await store.close();
  folder.remove();
});

/** Resolves once so many agents have completed, or the run has ended. */
async function untilCompleted(count: number, where: { userId: string; runId: string }) {
  let completed = 0;
  for await (const { type } of feed.follow({ ...where, after: 0 })) {
    completed += Number(type === 'agent_completed');
    if (completed > count || type === 'run_completed' || type === 'run_failed') return;
  }
}

async function perform({ cancelAfter, history_events, ...plan }: RandomRun): Promise<PlanEnd> {
  const userId = `property_${randomUUID()}`;
  const given = preparePlan({ plan: { name: 'random', ...plan } }, app.manifest());
  const { runId } = await t.start('runPlan', { ...given, history_events }, { userId });
  const { taskQueue } = t;
  const { address, namespace } = shared();
  const client = await connect({
    ...{ user: userId, app, address, namespace, taskQueue },
    shared: { connection, feed, dataConverter: {} },
  });
  const run = client.run<PlanResult>(runId, 'runPlan');
  if (cancelAfter !== undefined) {
    await untilCompleted(cancelAfter, { userId, runId });
    await run.cancel();
  }
  const outcome = await run.result();
  const events = await store.log.read({ userId, after: 0, limit: 100_000 });
  expectOwnFeed(events, userId);
  return { steps: plan.steps, strategy: plan.strategy, events, outcome };
}

test('any plan, whatever fails and whenever it is cancelled, keeps its order, its ends, its undos and its result', async () => {
  const property = fc.asyncProperty(randomRun, async (run) => {
    const end = await perform(run);
    expectDependencyOrder(end);
    expectOneEndEach(end);
    expectCompensations(end);
    expectResultAsFeed(end);
  });
  // Shrinking runs plan after plan, so it is for who looks for the cause.
  await fc.assert(property, { numRuns: Number(runs), seed: seed ? Number(seed) : undefined, endOnFailure: !seed });
}, 600_000);
