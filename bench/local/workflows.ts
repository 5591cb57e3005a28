// Entry of the benchmark's workflow bundle: Baton's own, and what one would write by hand.
import { proxyLocalActivities } from '@temporalio/workflow';

export { runPlan } from '../../src/workflows/run-plan.ts';

type Steps = { work(input: { run_id: string; n: number }): Promise<{ done: boolean }> };

/** So many local activities in a row, as one would write it without Baton. */
export async function localByHand({ run_id, steps }: { run_id: string; steps: number }): Promise<void> {
  const { work } = proxyLocalActivities<Steps>({ startToCloseTimeout: 1_000, retry: { maximumAttempts: 4 } });
  for (let n = 0; n < steps; n += 1) await work({ run_id, n });
}
