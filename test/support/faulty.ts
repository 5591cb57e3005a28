// Runs inside the workflow sandbox.
import type { RunStart } from '../../src/contracts/run-start.ts';

/** Workflow code with a bug, outside of the run's frame: `type` is a mistake that ends it, `odd` one that Temporal retries. */
export async function faulty(start: RunStart<{ bug: 'type' | 'odd' }>): Promise<void> {
  if (start.input.bug === 'type') (undefined as unknown as { call: () => void }).call();
  throw new Error('an error that no failure type names');
}
