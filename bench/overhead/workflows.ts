// Entry of the benchmark's workflow bundle: Baton's own, and what one would write by hand.
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';

export { costOptimization } from '../../src/workflows/cost-optimization.ts';

type Step = (input: unknown) => Promise<unknown>;
type Steps = { triage: Step; data_helper: Step; optimization: Step; actions: Step; reporting: Step };

/** Five activities in a row and an event at either end, as one would write it without Baton. */
export async function byHand(input: { run_id: string }): Promise<unknown> {
  const { triage, data_helper, optimization, actions, reporting } = proxyActivities<Steps>({
    startToCloseTimeout: 30_000,
    heartbeatTimeout: 10_000,
    retry: { maximumAttempts: 4 },
  });
  const { tell } = proxyLocalActivities<{ tell(event: { type: string; run_id: string }): Promise<void> }>({
    startToCloseTimeout: 10_000,
  });
  await tell({ type: 'run_started', run_id: input.run_id });
  const triaged = await triage(input);
  const data = await data_helper(triaged);
  const found = await optimization(data);
  const planned = await actions(found);
  const report = await reporting({ found, planned });
  await tell({ type: 'run_completed', run_id: input.run_id });
  return report;
}
