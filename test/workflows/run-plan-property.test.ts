import { afterAll, beforeAll, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure, WorkflowNotFoundError } from '@temporalio/common';
import fc from 'fast-check';
import { defineApp } from '../../src/agents/define-app.ts';
import type { PlanResult } from '../../src/contracts/plan.ts';
import { preparePlan } from '../../src/plans/prepare-plan.ts';
import {
  expectCompensations,
  expectDependencyOrder,
  expectOneEndEach,
  expectResultAsFeed,
  type PlanEnd,
} from '../support/plan-invariants.ts';
import { flaky, randomRun, type RandomRun } from '../support/random-plans.ts';
import { outcomeOf, startTestWorker } from '../support/test-run.ts';

/** More by `BATON_PROPERTY_RUNS=200`; a seed that failed is tried again by `BATON_PROPERTY_SEED`. */
const { BATON_PROPERTY_RUNS: runs = '8', BATON_PROPERTY_SEED: seed } = process.env;

/** The run may have ended before its cancel came. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

let t: Awaited<ReturnType<typeof startTestWorker>>;
beforeAll(async () => {
  t = await startTestWorker({ agents: [flaky] });
});
afterAll(() => t.stop());

async function perform({ cancelAfter, history_events, ...plan }: RandomRun): Promise<PlanEnd> {
  const given = preparePlan({ plan: { name: 'random', ...plan } }, defineApp({ agents: [flaky] }).manifest());
  const { handle, runId } = await t.start('runPlan', { ...given, history_events });
  if (cancelAfter !== undefined) {
    await t.recorder.until(({ run_id, type }) => {
      if (run_id !== runId) return false;
      if (type === 'run_completed' || type === 'run_failed') return true;
      return t.recorder.of(runId).filter((event) => event.type === 'agent_completed').length > cancelAfter;
    });
    await handle.cancel().catch(ignoreClosed);
  }
  const end = { steps: plan.steps, strategy: plan.strategy };
  try {
    const outcome = await outcomeOf<PlanResult>(handle);
    return { ...end, events: t.recorder.of(runId), outcome };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError) || !(error.cause instanceof CancelledFailure)) throw error;
    return { ...end, events: t.recorder.of(runId) };
  }
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
