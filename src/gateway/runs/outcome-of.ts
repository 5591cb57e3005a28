import { BatonError } from '../../contracts/baton-error.ts';
import type { RunOutcome } from '../../contracts/run.ts';
import { withinLimit } from '../within-limit.ts';
import type { LocatedRun } from './locate-run.ts';

/** How long Temporal may take to give the outcome of a run that has closed, in milliseconds. */
const LIMIT_MS = 10_000;

/**
 * The outcome of a run that has ended: as the log keeps it, or as Temporal has it. Temporal may fall silent between saying
 * that the run has closed and giving it, and `result()` waits for as long as it takes.
 *
 * @throws BatonError `NetworkError` when Temporal takes too long
 */
export async function outcomeOf({ handle, kept }: LocatedRun): Promise<RunOutcome<unknown>> {
  const outcome = await kept();
  if (outcome) return outcome;
  const late = () => new BatonError('NetworkError', `Temporal does not give the outcome of run ${handle.runId}`);
  return withinLimit(handle.result(), { limitMs: LIMIT_MS, late });
}
