// Entry of the benchmark's workflow bundle: Baton's own, and a run of more steps than a plan may have.
import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { RunStart } from '../../src/contracts/run-start.ts';
import { openRun } from '../../src/workflows/open-run.ts';

export { runPlan } from '../../src/workflows/run-plan.ts';

/** A history of this many events is continued as a new one, as that of a plan is. */
const HISTORY_EVENTS = 4_000;

/** Runs the same agent so many times, one after the other. */
export async function chain(start: RunStart<{ steps: number; done?: number }>): Promise<unknown> {
  const { steps, done = 0 } = start.input;
  const run = openRun(start, ['idle']);
  return run.finish<undefined>(async () => {
    for (let n = done; n < steps; n += 1) {
      if (workflowInfo().historyLength >= HISTORY_EVENTS) return run.continueWith({ steps, done: n });
      await run.agent('idle', {});
    }
    return { status: 'completed', summary: `${steps} steps` };
  });
}

/** The same as one would write it without Baton. */
export async function chainByHand({ input }: Pick<RunStart<{ steps: number; done?: number }>, 'input'>): Promise<void> {
  const { idleByHand } = proxyActivities<{ idleByHand(): Promise<void> }>({
    startToCloseTimeout: 30_000,
    heartbeatTimeout: 10_000,
    retry: { maximumAttempts: 4 },
  });
  const { steps, done = 0 } = input;
  for (let n = done; n < steps; n += 1) {
    if (workflowInfo().historyLength >= HISTORY_EVENTS) {
      await continueAsNew<typeof chainByHand>({ input: { steps, done: n } });
    }
    await idleByHand();
  }
}
