// Runs inside the workflow sandbox.
import { condition, log, proxyActivities, type CancellationScope } from '@temporalio/workflow';
import { ATTEMPTS_ACTIVITY } from '../contracts/names.ts';
import { engineQueue } from './engine-queue.ts';
import { summaryOf } from './summary-of.ts';

type Counts = Record<string, number>;
type Batch = { agentRuns: string[]; isComplete: boolean; counts: Promise<Counts> };

/** How long the end of a cancelled agent may wait for the store, in milliseconds. */
const PATIENCE_MS = 5_000;

/**
 * Asks the store how many attempts agents have begun, where their activities could not say: one that is cancelled while it
 * waits for a worker, or for its next attempt, ends without a word of how often it was tried. One activity asks for all
 * agents that end in the same turn of the workflow: a run may have thousands of them waiting when it is cancelled.
 *
 * @param shield scope that no cancel reaches
 */
export function createAttemptCounts(shield: CancellationScope) {
  let batch: Batch | undefined;

  async function ask(agentRuns: readonly string[]): Promise<Counts> {
    const { [ATTEMPTS_ACTIVITY]: count } = proxyActivities<{
      [ATTEMPTS_ACTIVITY](agentRuns: readonly string[]): Promise<Counts>;
    }>({
      taskQueue: engineQueue(),
      summary: summaryOf('counts attempts of', agentRuns.slice(0, 3).join(', ')),
      startToCloseTimeout: 2_000,
      scheduleToCloseTimeout: PATIENCE_MS,
      retry: { initialInterval: 100, backoffCoefficient: 2, maximumInterval: 1_000 },
    });
    try {
      return await count(agentRuns);
    } catch (error) {
      log.warn('the store does not say how often agents were tried', { error: String(error) });
      return {};
    }
  }

  function newBatch(): Batch {
    const made: Batch = { agentRuns: [], isComplete: false, counts: Promise.resolve({}) };
    made.counts = shield.run(async () => {
      await condition(() => made.isComplete);
      batch = undefined;
      return ask(made.agentRuns);
    });
    // Only after `condition` has looked for the first time; it looks again at the end of the turn.
    made.isComplete = true;
    return made;
  }

  /** How many attempts of this agent have begun; undefined where the store does not say. */
  return async function countOf(ledgerName: string): Promise<number | undefined> {
    batch ??= newBatch();
    batch.agentRuns.push(ledgerName);
    return (await batch.counts)[ledgerName];
  };
}
