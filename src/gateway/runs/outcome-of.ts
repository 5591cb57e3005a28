import type { RunHandle } from '../../client.ts';
import { BatonError } from '../../contracts/baton-error.ts';
import type { RunOutcome } from '../../contracts/run.ts';
import { withinLimit } from '../within-limit.ts';

/** How long Temporal may take to give the outcome of a run that has closed, in milliseconds. */
const LIMIT_MS = 10_000;

/**
 * The outcome of a run that has closed. Temporal may fall silent between saying so and giving it, and `result()` waits
 * for as long as it takes.
 *
 * @throws BatonError `NetworkError` when Temporal takes too long
 */
export function outcomeOf(handle: RunHandle): Promise<RunOutcome<unknown>> {
  const late = () => new BatonError('NetworkError', `Temporal does not give the outcome of run ${handle.runId}`);
  return withinLimit(handle.result(), { limitMs: LIMIT_MS, late });
}
